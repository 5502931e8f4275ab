namespace Fan.Brokers;

/// <summary>What tells a call from all others: where its reply goes, and its number there.</summary>
internal readonly record struct CallKey(string ReplyTo, string Number);
