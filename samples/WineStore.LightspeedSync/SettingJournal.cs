using System.Collections.Concurrent;
using WineStore.Contracts;

namespace WineStore.LightspeedSync;

/// <summary>Notes every change of a setting: a group of its own, so it gets a copy of each push.</summary>
internal sealed class SettingJournal : LightspeedSubscriber
{
    private readonly ConcurrentQueue<string> _lines = new();

    public int Count => _lines.Count;

    public override ValueTask ConfigUpdateAsync(RegisterSetting setting, CancellationToken ct)
    {
        _lines.Enqueue($"{setting.Key} is {setting.Value}");
        return default;
    }
}
