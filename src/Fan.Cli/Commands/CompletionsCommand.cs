using System.CommandLine;
using Fan.Cli.Commands.Completion;

namespace Fan.Cli.Commands;

/// <summary><c>fan completions</c>: the script that teaches a shell to complete.</summary>
internal sealed class CompletionsCommand : Verb
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh, fish or pwsh." };

    public CompletionsCommand(GlobalOptions global)
        : base(
            "completions", "Prints the completion script of a shell.", global,
            "eval \"$(fan completions bash)\"                                   # in ~/.bashrc",
            "eval \"$(fan completions zsh)\"                                    # in ~/.zshrc, after compinit",
            "fan completions fish > ~/.config/fish/completions/fan.fish",
            "fan completions pwsh | Out-String | Invoke-Expression            # in $PROFILE")
    {
        Add(_shell);
        _shell.AcceptOnlyFromAmong([.. ShellScripts.Shells]);
    }

    protected override Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Global.Terminal.Out.Write(ShellScripts.For(parsed.GetValue(_shell)!));
        return Task.FromResult(ExitCode.Done);
    }
}
