namespace WineStore;

/// <summary>A step of the story that did not go as told.</summary>
internal sealed class StoryException(string message) : Exception(message);
