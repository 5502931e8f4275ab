using System.Collections.Frozen;
using System.Text;
using Fan.Generated;
using Fan.Serving;

namespace Fan.Brokers;

/// <summary>
/// The type of a request with what it calls, <c>fan.call shop.wines/get</c>: one text instead of three, which a service knows as a whole.
/// Immutable.
/// </summary>
internal sealed class CallTypes
{
    // What AMQP has room for; above that, service and method are fields of their own.
    private const int MaxBytes = 255;

    private readonly FrozenDictionary<string, ServedMethod> _known;

    public CallTypes(CallServer server) => _known = server.Services
        .SelectMany(service => service.Methods.Values)
        .Select(method => (Type: Write(
            method.Method is IStreamMethod ? MessageTypes.Sequence : MessageTypes.Call,
            method.Service.Name.Canonical,
            method.Method.Name), Method: method))
        .Where(known => known.Type is not null)
        .ToFrozenDictionary(known => known.Type!, known => known.Method, StringComparer.Ordinal);

    /// <summary>The whole type; null where it is too long.</summary>
    public static string? Write(string kind, string service, string method)
    {
        var length = kind.Length + service.Length + method.Length + 2;
        if (length > MaxBytes
            || (length * 3 > MaxBytes
                && Encoding.UTF8.GetByteCount(service) + Encoding.UTF8.GetByteCount(method) + kind.Length + 2 > MaxBytes))
        {
            return null;
        }

        return string.Concat(kind, " ", service) + "/" + method;
    }

    /// <summary>Whether a type is that of a request for one reply or for a sequence, alone or with what it calls.</summary>
    public static bool TryReadKind(string? type, out string kind)
    {
        kind = type switch
        {
            null => "",
            _ when Is(type, MessageTypes.Call) => MessageTypes.Call,
            _ when Is(type, MessageTypes.Sequence) => MessageTypes.Sequence,
            _ => "",
        };
        return kind.Length > 0;
    }

    /// <summary>The method that a type names whose kind is known; null where it names none that is served.</summary>
    public ServedMethod? Find(string type) => _known.GetValueOrDefault(type);

    /// <summary>What a type names; false where service and method stand elsewhere.</summary>
    public static bool TryRead(string type, string kind, out string service, out string method)
    {
        (service, method) = ("", "");
        if (type.Length == kind.Length) return false;
        var from = kind.Length + 1;
        var slash = type.IndexOf('/', from);
        (service, method) = slash < 0 ? (type[from..], "") : (type[from..slash], type[(slash + 1)..]);
        return true;
    }

    private static bool Is(string type, string kind) =>
        type.StartsWith(kind, StringComparison.Ordinal) && (type.Length == kind.Length || type[kind.Length] == ' ');
}
