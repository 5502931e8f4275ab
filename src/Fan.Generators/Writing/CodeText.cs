using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Writing;

/// <summary>Indented source text.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public CodeText Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        return this;
    }

    public CodeText Open(string line)
    {
        Line(line).Line("{");
        _depth++;
        return this;
    }

    public CodeText OpenWith(string bracket)
    {
        Line(bracket);
        _depth++;
        return this;
    }

    public CodeText Close(string end = "}")
    {
        _depth--;
        return Line(end);
    }

    public static string Quote(string? text) => text is null ? "null" : SymbolDisplay.FormatLiteral(text, quote: true);

    public override string ToString() => _text.ToString();
}
