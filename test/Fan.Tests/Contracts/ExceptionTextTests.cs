using Fan.Messaging;

namespace Fan.Tests.Contracts;

/// <summary>What is told of an exception is bounded and whole.</summary>
public sealed class ExceptionTextTests
{
    [Theory]
    [InlineData(null, 5, "")]
    [InlineData("", 5, "")]
    [InlineData("abcde", 5, "abcde")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("abc😀", 5, "abc😀")]
    [InlineData("abc😀d", 5, "abc…")]
    [InlineData("ab😀cd", 5, "ab😀…")]
    [InlineData("a\0b", 5, "a\ufffdb")]
    public void A_text_is_cut_between_characters(string? text, int most, string expected) =>
        Assert.Equal(expected, ExceptionText.Cut(text, most));

    [Fact]
    public void Halves_of_characters_are_replaced()
    {
        Assert.Equal("a\ufffdb😀\ufffd", ExceptionText.Cut("a\udc00b😀\ud83d", 100));
        Assert.Equal("\ufffd", ExceptionText.Cut("\ud83d", 100));
    }

    [Fact]
    public void A_sound_text_is_the_same_text()
    {
        var text = "žluťoučký 😀 kůň";
        Assert.Same(text, ExceptionText.Cut(text, text.Length));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\u0001')]
    [InlineData('中')]
    [InlineData('\ud83d')]
    public void An_error_is_bounded_in_all_its_members(char filler)
    {
        var text = new string(filler, 100_000);
        var error = WireError.From(new NoSuchMethodException(text, text, [.. Enumerable.Repeat(text, 10_000)], text) { TraceId = text });
        error = error with { Requested = text, Place = text, Type = text };
        Assert.InRange(error.Message.Length, 8000, 8192);
        var members = new[]
        {
            error.Code,
            error.Message,
            error.TraceId,
            error.Service,
            error.Method,
            error.Requested,
            error.Place,
            error.Type
        };
        Assert.InRange(members.Sum(member => member!.Length) + error.Available!.Sum(one => one.Length + 4), 0, 15_000);
        Assert.NotEmpty(error.Available!);
    }

    [Fact]
    public void An_error_without_a_message_or_a_code_is_one_nevertheless()
    {
        Assert.Equal(ErrorCodes.Fault, WireError.From(new ServiceFaultException(null!, null!)).Code);
        var odd = WireError.From(new OddException());
        Assert.Equal((ErrorCodes.RemoteFailure, typeof(OddException).FullName), (odd.Code, odd.Type));
        Assert.Equal("", new WireError { Code = null!, Message = null! }.ToException().Message);
    }

    private sealed class OddException() : FanException(null!, "odd");
}
