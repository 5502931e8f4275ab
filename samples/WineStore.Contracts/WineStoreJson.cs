using System.Text.Json;
using System.Text.Json.Serialization;

namespace WineStore.Contracts;

/// <summary>JSON without reflection for the types of the contracts, so that a service can be published as native code.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Wine))]
[JsonSerializable(typeof(RegisterSetting))]
[JsonSerializable(typeof(RegisterState))]
[JsonSerializable(typeof(ClearedBarcodes))]
[JsonSerializable(typeof(ScannedLabel))]
[JsonSerializable(typeof(StockChange))]
[JsonSerializable(typeof(StockCount))]
[JsonSerializable(typeof(Sale))]
public sealed partial class WineStoreJson : JsonSerializerContext;
