using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Fan.Queues;

/// <summary>
/// What configuration says of queues: <c>Fan:Queues:*</c> of all, then <c>Fan:Queues:{service}</c> of the main group, or
/// <c>Fan:Queues:{service}/{group}</c>. It has the last word over code. By hand, as a binder would need reflection.
/// </summary>
internal sealed class SubscriptionSettings(IConfigurationSection? section)
{
    private const string Everything = "*";

    /// <summary>The options of a queue, with what is wrong with them.</summary>
    public SubscriptionOptions Resolve(QueueName queue, SubscriptionOptions code, List<string> errors)
    {
        var options = code.Copy();
        if (section is not null)
        {
            Apply(section.GetSection(Everything), options, errors);
            if (queue.Group == QueueName.MainGroup) Apply(section.GetSection(queue.Service), options, errors);
            Apply(section.GetSection(queue.ToString()), options, errors);
        }

        errors.AddRange(options.Validate().Select(error => $"Queue '{queue}': {error}"));
        return options;
    }

    private static void Apply(IConfigurationSection from, SubscriptionOptions to, List<string> errors)
    {
        foreach (var setting in from.GetChildren())
        {
            var text = setting.Value ?? "";
            var problem = setting.Key.ToUpperInvariant() switch
            {
                "CONCURRENCY" => Number(text, value => to.Concurrency = value),
                "PREFETCH" => Number(text, value => to.Prefetch = value),
                "MAXATTEMPTS" => Number(text, value => to.MaxAttempts = value),
                "MAXMESSAGES" => Number(text, value => to.MaxMessages = value),
                "PARTITIONS" => Number(text, value => to.Partitions = value),
                "MAXDEADLETTERS" => Number(text, value => to.MaxDeadLetters = value),
                "BACKOFF" => Time(text, value => to.Backoff = value),
                "MAXBACKOFF" => Time(text, value => to.MaxBackoff = value),
                "HANDLINGTIMEOUT" => Time(text, value => to.HandlingTimeout = value),
                "TIMETOLIVE" => Time(text, value => to.TimeToLive = value),
                "REMEMBERFOR" => Time(text, value => to.RememberFor = value),
                "LEASETIME" => Time(text, value => to.LeaseTime = value),
                "DEADLETTERRETENTION" => Time(text, value => to.DeadLetterRetention = value),
                "JITTER" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var part)
                    ? Set(part, value => to.Jitter = value)
                    : "must be a number from 0 to 1",
                _ => "is not known",
            };
            if (problem is not null)
            {
                errors.Add($"{setting.Path} {problem}{(problem.StartsWith("must", StringComparison.Ordinal) ? $"; it is '{text}'" : "")}.");
            }
        }
    }

    private static string? Number(string text, Action<int> set) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Set(number, set) : "must be a whole number";

    private static string? Time(string text, Action<TimeSpan> set) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? Set(time, set) : "must be a time such as 00:00:30";

    private static string? Set<T>(T value, Action<T> set)
    {
        set(value);
        return null;
    }
}
