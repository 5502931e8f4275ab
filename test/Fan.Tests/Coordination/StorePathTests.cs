using CsCheck;
using Fan.Coordination;

namespace Fan.Tests.Coordination;

public sealed class StorePathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/endpoints/simple/1.0.0/config_0000000000")]
    public void Absolute_paths_are_valid(string path) => StorePath.Validate(path);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("/a/")]
    [InlineData("//a")]
    [InlineData("/a/../b")]
    [InlineData("/./a")]
    [InlineData("/a\u0000")]
    public void Anything_else_is_refused(string path) => Assert.ThrowsAny<ArgumentException>(() => StorePath.Validate(path));

    [Fact]
    public void A_path_is_its_parent_and_its_name() =>
        Gen.String[Gen.Char['a', 'z'], 1, 8].List[1, 6].Sample(parts =>
        {
            var path = "/" + string.Join('/', parts);
            return StorePath.Join(StorePath.Parent(path), StorePath.Name(path)) == path;
        });
}
