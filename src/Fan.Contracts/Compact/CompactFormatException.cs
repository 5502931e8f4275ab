namespace Fan.Generated;

/// <summary>
/// Bytes are not what their reader expects. Carries where; who reads a whole payload turns it into an error with the place's name.
/// </summary>
internal sealed class CompactFormatException(string message, int position, int ofObject = 0) : Exception(message)
{
    /// <summary>The byte before which all was well.</summary>
    public int Position => position;

    /// <summary>The depth of the object that ends there and lacks something; 0 where it is about the byte itself.</summary>
    public int OfObject => ofObject;
}
