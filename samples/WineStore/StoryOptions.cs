namespace WineStore;

/// <summary>What the command line says: <c>--once</c> ends after the story, <c>--store URL</c> names a store, <c>--native DIR</c> takes programs from there that were published as native code.</summary>
internal sealed record StoryOptions(bool Once, string? Store, string? Native)
{
    public static StoryOptions? Parse(string[] args, out string wrong)
    {
        var options = new StoryOptions(false, null, null);
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
                case "--native" when i + 1 < args.Length:
                    options = options with { Native = args[++i] };
                    break;
                default:
                    wrong = $"'{args[i]}' is not understood. Use --once to end after the story, --store URL for a store of your own, --native DIR for services as native code.";
                    return null;
            }
        }

        if (options.Native is { } folder && !Directory.Exists(folder))
        {
            wrong = $"There is no folder '{folder}'; make it with: dotnet publish samples/WineStore.LightspeedSync -c Release -p:Native=true -o {folder}";
            return null;
        }

        return options;
    }
}
