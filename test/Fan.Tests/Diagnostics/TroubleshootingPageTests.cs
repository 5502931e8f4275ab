using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Tests.Diagnostics;

/// <summary>docs/troubleshooting.md knows what people search it for, with <c>…</c> for what differs.</summary>
public sealed class TroubleshootingPageTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "troubleshooting.md"));

    [Fact]
    public void Every_warning_and_error_of_the_log_stands_on_the_page()
    {
        var texts = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Warnings(Joined(File.ReadAllText(file))))
            .Select(text => $"`{text}`").ToList();
        Assert.True(texts.Count > 30, $"Only {texts.Count} messages were found.");
        Assert.Empty(Missing(texts));
    }

    [Theory]
    [InlineData(typeof(ErrorCodes))]
    [InlineData(typeof(DeadLetterReasons))]
    public void Every_code_stands_on_the_page(Type codes)
    {
        var texts = codes.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"`{field.GetRawConstantValue()}`").ToList();
        Assert.NotEmpty(texts);
        Assert.Empty(Missing(texts));
    }

    // Where most of what callers, operators and committers see is written.
    [Theory]
    [InlineData("src/Fan/Applications/FanHealthCheck.cs")]
    [InlineData("src/Fan/Calls/CallTimes.cs")]
    [InlineData("src/Fan/Queues/QueueChoice.cs")]
    [InlineData("src/Fan/Routing/RouteErrors.cs")]
    [InlineData("src/Fan/Routing/ServiceRoute.cs")]
    [InlineData("src/Fan/Serving/CallerAccess.cs")]
    [InlineData("src/Fan/Sharding/ShardOwner.cs")]
    [InlineData("src/Fan/Switching/ChangeChecks.cs")]
    [InlineData("src/Fan.Sqlite/StoreErrors.cs")]
    public void Every_error_of_a_file_stands_on_the_page(string file)
    {
        var texts = Interpolated(Joined(File.ReadAllText(Path.Combine(Root, file)))).Select(Longest)
            .Where(piece => piece.Split(' ').Length > 3).ToList();
        Assert.NotEmpty(texts);
        Assert.Empty(Missing(texts));
    }

    private static List<string> Missing(IEnumerable<string> texts) =>
        [.. texts.Where(text => !Page.Contains(text, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    // A text that goes over several lines is one text: it is interpolated where one of its parts is.
    private static string Joined(string code)
    {
        var plain = Replace(code.ReplaceLineEndings("\n"), @""" \+\n\s*""", "");
        var interpolated = Replace(plain, @"(?<!\$)""((?:[^""\\\n{}]|\\.)*)"" \+\n\s*\$""", "$$\"$1");
        return Replace(interpolated, @""" \+\n\s*\$""", "");

        static string Replace(string text, string pattern, string by) =>
            Regex.Replace(text, pattern, by, RegexOptions.None, TimeSpan.FromSeconds(10));
    }

    private static IEnumerable<string> Warnings(string code)
    {
        const string Attribute = "[LoggerMessage(";
        for (var at = code.IndexOf(Attribute, StringComparison.Ordinal);
            at >= 0;
            at = code.IndexOf(Attribute, at, StringComparison.Ordinal))
        {
            var quote = code.IndexOf('"', at);
            var isLoud = code[at..quote].Split('.', ',')
                .Any(word => word.Trim() is nameof(LogLevel.Warning) or nameof(LogLevel.Error) or nameof(LogLevel.Critical));
            at = quote + 1;
            if (isLoud) yield return Literal(code, ref at);
        }
    }

    // What surrounds a hole may be one of several forms, so the longest text between two of them stands for the message.
    private static string Longest(string text) =>
        text.Split('…').MaxBy(piece => piece.Length)!.Trim(' ', '\'', '.', ',', ';', ':', '(', ')');

    private static IEnumerable<string> Interpolated(string code)
    {
        for (var at = code.IndexOf("$\"", StringComparison.Ordinal); at >= 0; at = code.IndexOf("$\"", at, StringComparison.Ordinal))
        {
            at += 2;
            yield return Literal(code, ref at);
        }
    }

    /// <summary>The text of an interpolated literal from its first character on, with <c>…</c> for each hole.</summary>
    private static string Literal(string code, ref int at)
    {
        var text = new StringBuilder();
        while (code[at] != '"')
        {
            if (code[at] == '{' && code[at + 1] != '{')
            {
                SkipHole(code, ref at);
                text.Append('…');
                continue;
            }

            if (code[at] is '\\' or '{' or '}') at++;
            text.Append(code[at++]);
        }

        at++;
        return text.ToString();
    }

    private static void SkipHole(string code, ref int at)
    {
        for (var depth = 0; ; at++)
        {
            if (code[at] == '{') depth++;
            else if (code[at] == '}' && --depth == 0) break;
            else if (code[at] == '"') SkipText(code, ref at);
        }

        at++;
    }

    private static void SkipText(string code, ref int at)
    {
        var isInterpolated = code[at - 1] == '$';
        at++;
        if (isInterpolated)
        {
            Literal(code, ref at);
        }
        else
        {
            while (code[at] != '"') at += code[at] == '\\' ? 2 : 1;
            at++;
        }

        // At its closing quote.
        at--;
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
