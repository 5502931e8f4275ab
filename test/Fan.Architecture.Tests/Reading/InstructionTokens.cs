using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Fan.Architecture.Tests.Reading;

/// <summary>The metadata tokens that stand in the instructions of a method (ECMA-335, partition III).</summary>
internal static class InstructionTokens
{
    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value, code => code.OperandType);

    public static IEnumerable<EntityHandle> Read(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            short value = code.ReadByte();
            if (value == 0xFE) value = (short)(0xFE00 | code.ReadByte());
            switch (Operands[value])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return MetadataTokens.EntityHandle(code.ReadInt32());
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }
}
