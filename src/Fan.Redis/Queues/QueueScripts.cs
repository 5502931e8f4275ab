using Fan.Redis.Connections;

namespace Fan.Redis.Queues;

/// <summary>The scripts that change queues, each in one step at the server. They stand in the folder <c>Scripts</c>.</summary>
internal sealed class QueueScripts
{
    private readonly string _prelude = ScriptText.Read("prelude");

    public string Declare => field ??= Load("declare");

    public string Send => field ??= Load("send");

    public string Begin => field ??= Load("begin");

    public string Settle => field ??= Load("settle");

    public string Keep => field ??= Load("keep");

    public string Reclaim => field ??= Load("reclaim");

    public string Leave => field ??= Load("leave");

    public string Sweep => field ??= Load("sweep");

    public string Status => field ??= Load("status");

    public string Peek => field ??= Load("peek");

    public string PeekDead => field ??= Load("peekdead");

    public string RetryDead => field ??= Load("retrydead");

    public string Purge => field ??= Load("purge");

    public string PurgeDead => field ??= Load("purgedead");

    public string Delete => field ??= Load("delete");

    private string Load(string name) => _prelude + ScriptText.Read(name);
}
