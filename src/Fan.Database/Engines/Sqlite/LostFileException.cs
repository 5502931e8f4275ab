namespace Fan.Database.Engines.Sqlite;

/// <summary>The file was taken away from under the process. The message says how it is now.</summary>
internal sealed class LostFileException(string message, Exception? inner) : Exception(message, inner);
