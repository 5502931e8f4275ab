using System.Globalization;
using System.Runtime.CompilerServices;
using Fan;

namespace SwitchBench.Chains;

/// <summary>The service behind the chains, whose callers accept one version or the other.</summary>
[Service("chain.cellar", Version = "1.0.0")]
public interface ICellarOne
{
    ValueTask<string> WhichAsync(int id, CancellationToken ct = default);

    IAsyncEnumerable<string> CountAsync(int to, CancellationToken ct = default);
}

[Service("chain.cellar", Version = "2.0.0")]
public interface ICellarTwo
{
    ValueTask<string> WhichAsync(int id, CancellationToken ct = default);

    IAsyncEnumerable<string> CountAsync(int to, CancellationToken ct = default);
}

/// <summary>A sharded one.</summary>
[Service("chain.racks[rack]", Version = "1.0.0")]
public interface IRacks
{
    ValueTask<string> WhichAsync(int id, CancellationToken ct = default);

    IAsyncEnumerable<string> CountAsync(int to, CancellationToken ct = default);
}

/// <summary>Answers with its version.</summary>
internal sealed class Cellar(string version) : ICellarOne, ICellarTwo, IRacks
{
    public const int Shards = 8;

    public ValueTask<string> WhichAsync(int id, CancellationToken ct = default) => new(Text(version, id));

    public async IAsyncEnumerable<string> CountAsync(int to, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 1; i <= to; i++)
        {
            await Task.Yield();
            yield return Text(version, i);
        }
    }

    public static string Text(string version, int id) => string.Create(CultureInfo.InvariantCulture, $"{version}:{id}");
}
