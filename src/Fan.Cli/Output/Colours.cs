namespace Fan.Cli.Output;

/// <summary>The few colours of the tool, or none.</summary>
internal readonly struct Colours(bool enabled)
{
    public bool AreOn => enabled;

    public string Error(string text) => Paint("31;1", text);

    public string Faint(string text) => Paint("2", text);

    public string Name(string text) => Paint("34;1", text);

    public string Text(string text) => Paint("32", text);

    public string Warning(string text) => Paint("33", text);

    public string Number(string text) => Paint("36", text);

    public string Word(string text) => Paint("35", text);

    private string Paint(string code, string text) => enabled ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
