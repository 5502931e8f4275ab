namespace Fan.Cli.Commands.Completion;

/// <summary>
/// The scripts that ask the tool for completions. What it answers is never evaluated by the shell: names come from strangers.
/// </summary>
internal static class ShellScripts
{
    private const string Bash = """
        _fan() {
          local candidate word=${COMP_WORDS[COMP_CWORD]} given=${COMP_LINE:0:COMP_POINT}
          [[ $word == = ]] && word=
          word=${word#[\"\']}
          given=${given##* }
          COMPREPLY=()
          while IFS= read -r candidate; do
            [[ $given == *=* ]] && candidate=${candidate#"${given%%=*}="}
            [[ -n $candidate && $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
          done < <("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
          [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
          return 0
        }
        complete -F _fan fan

        """;

    private const string Zsh = """
        _fan() {
          local line="${(j: :)words[1,CURRENT]}" candidate
          local -a found named
          for candidate in "${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}"; do
            if [[ $candidate == *= ]]; then named+=("$candidate"); elif [[ -n $candidate ]]; then found+=("$candidate"); fi
          done
          compadd -a found
          compadd -S '' -a named
        }
        compdef _fan fan

        """;

    private const string Fish = """
        function __fan_complete
            set -l line (commandline -cp)
            fan "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c fan -f -a '(__fan_complete)'

        """;

    private const string Pwsh = """
        Register-ArgumentCompleter -Native -CommandName fan -ScriptBlock {
          param($word, $ast, $position)
          $line = "$ast".PadRight($position)
          fan "[suggest:$position]" "$line" 2>$null | Where-Object { $_.StartsWith($word, [StringComparison]::OrdinalIgnoreCase) } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => Pwsh,
    };
}
