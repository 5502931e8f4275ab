using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossProcess.Contenders;

/// <summary>The body of an echo: what Fan makes of the method's one argument.</summary>
internal sealed record EchoRequest(string Text);

/// <summary>JSON without reflection, for Fan and the minimal API alike.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EchoRequest))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Wine))]
internal sealed partial class CellarJson : JsonSerializerContext;
