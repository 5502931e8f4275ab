using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Fan.Generators.Locking;

/// <summary>
/// JSON for the lock file alone: the compiler hosts no JSON library for us. Objects are dictionaries in their order, lists are lists.
/// </summary>
internal sealed class LockJson
{
    private const int MaxDepth = 16;

    private readonly string _text;
    private int _at;
    private int _depth;

    private LockJson(string text) => _text = text;

    /// <exception cref="FormatException">It is no JSON; the message says where.</exception>
    public static object? Read(string text)
    {
        var reader = new LockJson(text);
        var value = reader.Value();
        return reader.Skip() == '\0' ? value : throw reader.Bad("more text after its end");
    }

    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c < ' ') quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    private object? Value()
    {
        if (++_depth > MaxDepth) throw Bad($"more than {MaxDepth} levels");
        object? value = Skip() switch
        {
            '{' => Object(),
            '[' => List(),
            '"' => Text(),
            't' => Word("true", true),
            'f' => Word("false", false),
            'n' => Word("null", null),
            _ => throw Bad("no value"),
        };
        _depth--;
        return value;
    }

    private Dictionary<string, object?> Object()
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        _at++;
        if (Skip() == '}')
        {
            _at++;
            return members;
        }

        while (true)
        {
            if (Skip() != '"') throw Bad("no name of a member");
            var name = Text();
            if (members.ContainsKey(name)) throw Bad($"'{name}' twice");
            if (Skip() != ':') throw Bad("no ':'");
            _at++;
            members.Add(name, Value());
            if (End('}')) return members;
        }
    }

    private List<object?> List()
    {
        var items = new List<object?>();
        _at++;
        if (Skip() == ']')
        {
            _at++;
            return items;
        }

        while (true)
        {
            items.Add(Value());
            if (End(']')) return items;
        }
    }

    private bool End(char close)
    {
        var next = Skip();
        if (next != close && next != ',') throw Bad($"neither ',' nor '{close}'");
        _at++;
        return next == close;
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '"')
            {
                _at++;
                return text.ToString();
            }

            if (c < ' ') break;
            if (c == '\\') c = Escaped();
            text.Append(c);
        }

        throw Bad("a text that does not end");
    }

    private char Escaped()
    {
        if (++_at == _text.Length) throw Bad("a text that does not end");
        switch (_text[_at])
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when _at + 4 < _text.Length
                && ushort.TryParse(_text.Substring(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            case '"' or '\\' or '/': return _text[_at];
            default: throw Bad("an unknown escape");
        }
    }

    private object? Word(string word, object? value)
    {
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) throw Bad("no value");
        _at += word.Length;
        return value;
    }

    private char Skip()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\r' or '\t' or '\ufeff') _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private FormatException Bad(string what)
    {
        var line = 1;
        for (var i = 0; i < _at && i < _text.Length; i++) line += _text[i] == '\n' ? 1 : 0;
        return new FormatException($"line {line.ToString(CultureInfo.InvariantCulture)} has {what}");
    }
}
