namespace WineStore;

/// <summary>What the command line says: <c>--once</c> ends after the story, <c>--store URL</c> names a store.</summary>
internal sealed record StoryOptions(bool Once, string? Store)
{
    public static StoryOptions? Parse(string[] args, out string wrong)
    {
        var options = new StoryOptions(false, null);
        wrong = "";
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--once":
                    options = options with { Once = true };
                    break;
                case "--store" when i + 1 < args.Length:
                    options = options with { Store = args[++i] };
                    break;
                default:
                    wrong = $"'{args[i]}' is not understood. Use --once to end after the story, --store URL for a store of your own.";
                    return null;
            }
        }

        return options;
    }
}
