using System.Text.Json;
using Fan.Generated;
using Fan.Tests.Messaging;

[assembly: GeneratedContract<IPaint, PaintContract>]

namespace Fan.Tests.Messaging;

public interface IPaint
{
    ValueTask<Colour> MixAsync(Colour first);
}

/// <summary>As the generator writes it, with the facts of its compact form.</summary>
internal sealed class PaintContract() : InterfaceContract<IPaint>("paint", "1.0.0", [Mix.Instance])
{
    public override IPaint CreateClient(CallChannel channel) => new Client(channel);

    public override ServiceProxy<IPaint> CreateProxy(IPaint target) => new Proxy(target);

    private sealed class Client(CallChannel channel) : IPaint
    {
        public ValueTask<Colour> MixAsync(Colour first) => channel.CallAsync(Mix.Instance, new Arguments(first), default);
    }

    private sealed class Proxy(IPaint target) : ServiceProxy<IPaint>(target), IPaint
    {
        public ValueTask<Colour> MixAsync(Colour first) => Target.MixAsync(first);
    }

    internal readonly record struct Arguments(Colour First);

    internal sealed class Mix() : UnaryMethod<Arguments, Colour>(new MethodDescription
    {
        Name = "mix",
        ClrName = "MixAsync",
        Kind = MethodKind.Rpc,
        Parameters = [new("first", "first", typeof(Colour), IsOptional: false, AllowsNull: false)],
        ResultType = typeof(Colour),
        Fingerprint = "0123456789abcdef",
    })
    {
        private static readonly JsonEncodedText First = JsonEncodedText.Encode("first");

        public static Mix Instance { get; } = new();

        public override bool IsCompact => true;

        public override IReadOnlyList<CompactTypeFacts> CompactTypes { get; } = [new(typeof(Colour), null)];

        public override ValueTask<Colour> InvokeAsync(object service, Arguments args, CancellationToken cancellationToken) =>
            ((IPaint)service).MixAsync(args.First);

        public override void WriteArguments(Utf8JsonWriter writer, in Arguments args, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            JsonArguments.Write(writer, First, args.First, options);
            writer.WriteEndObject();
        }

        public override Arguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            JsonArguments.Begin(ref reader, this);
            var args = default(Arguments);
            for (ulong seen = 0; JsonArguments.Next(ref reader, this, ref seen, out var index);)
            {
                args = new Arguments(JsonArguments.Read<Colour>(ref reader, this, index, options));
            }
            return args;
        }

        // Just enough of the form: what goes over the wire is not looked at here.
        public override void WriteCompact(ref CompactWriter writer, in Arguments args) => writer.Byte((byte)args.First);

        public override Arguments ReadCompact(ref CompactReader reader) => new((Colour)reader.Kind());

        public override void WriteCompactResult(ref CompactWriter writer, Colour value) => writer.Byte((byte)value);

        public override Colour ReadCompactResult(ref CompactReader reader) => (Colour)reader.Kind();
    }
}

internal sealed class Paint : IPaint
{
    public ValueTask<Colour> MixAsync(Colour first) => new(first == Colour.Red ? Colour.White : Colour.Red);
}
