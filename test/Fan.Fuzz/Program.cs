using System.Globalization;
using Fan.Fuzz;

// Reads changed inputs for some time: `dotnet run -c Release --project test/Fan.Fuzz -- frames --minutes 10 [--seed N] [--keep FOLDER]`.
if (args is not [var name, .. var rest] || FuzzTarget.All.FirstOrDefault(known => known.Name == name) is not { } target)
{
    Console.Error.WriteLine(
        $"Name a target: {string.Join(", ", FuzzTarget.All.Select(known => known.Name))}. Then --minutes N (default 1), " +
        "--seed N, --keep FOLDER.");
    return 2;
}

var minutes = 1.0;
var seed = Environment.TickCount;
var folder = Path.Combine(AppContext.BaseDirectory, "Seeds", name);
for (var i = 0; i < rest.Length; i++)
{
    switch (rest[i])
    {
        case "--minutes" when i + 1 < rest.Length && double.TryParse(rest[i + 1], CultureInfo.InvariantCulture, out minutes): i++; break;
        case "--seed" when i + 1 < rest.Length && int.TryParse(rest[i + 1], CultureInfo.InvariantCulture, out seed): i++; break;
        case "--keep" when i + 1 < rest.Length: folder = Path.Combine(rest[++i], name); break;
        default:
            Console.Error.WriteLine($"'{rest[i]}' is not understood here.");
            return 2;
    }
}

Console.WriteLine($"{name} for {minutes} minutes, seed {seed}");
var run = new FuzzRun(target, seed);
var finding = await run.RunAsync(TimeSpan.FromMinutes(minutes), new DirectoryInfo(folder));
Console.WriteLine($"{run.Inputs:N0} inputs ended in {run.Outcomes} ways");
if (finding is null) return 0;

Directory.CreateDirectory(folder);
var path = Path.Combine(folder, finding.FileName);
await File.WriteAllBytesAsync(path, finding.Input);
Console.Error.WriteLine(
    $"Found, and kept as {path} (move it to test/Fan.Fuzz/Seeds/{name}, where every test run reads it):\n{finding.Reason}");
return 1;
