using System.Text;
using System.Text.Json;
using Fan.Generated;

namespace Fan.Tests.Contracts;

public sealed class JsonArgumentsTests
{
    private static readonly GetMethod Method = new();

    [Theory]
    [InlineData("""{"inventory_id":7,"note":"x"}""")]
    [InlineData("""{"note":"x","inventoryId":7}""")]
    public void Arguments_are_read_by_either_name_in_any_order(string json)
    {
        var args = Read(json);

        Assert.Equal(7, args.InventoryId);
        Assert.Equal("x", args.Note);
    }

    [Theory]
    [InlineData("""{"note":"x"}""", "inventory_id", "is missing")]
    [InlineData("""{"inventory_id":"seven","note":"x"}""", "inventory_id", "no valid Int32")]
    [InlineData("""{"inventory_id":null,"note":"x"}""", "inventory_id", "must not be null")]
    [InlineData("""{"inventory_id":7,"inventory_id":8,"note":"x"}""", "inventory_id", "given twice")]
    [InlineData("""{"inventory_id":7,"colour":"red"}""", "colour", "it takes inventory_id, note")]
    [InlineData("[]", "", "must be a JSON object")]
    [InlineData("""{"inventory_id":99999999999}""", "inventory_id", "no valid Int32")]
    public void A_bad_argument_is_named(string json, string argument, string reason)
    {
        var error = Assert.Throws<BadArgumentException>(() => Read(json));

        Assert.Equal(argument, error.Argument);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.BadArgument, error.Code);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Method.WriteArguments(writer, new GetArgs(7, "é\n"), JsonSerializerOptions.Web);

        var args = Read(Encoding.UTF8.GetString(stream.ToArray()));

        Assert.Equal(new GetArgs(7, "é\n"), args);
    }

    private static GetArgs Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        return Method.ReadArguments(ref reader, JsonSerializerOptions.Web);
    }

    private readonly record struct GetArgs(int InventoryId, string? Note);

    /// <summary>What the generator writes for <c>ValueTask&lt;string&gt; GetAsync(int inventoryId, string? note = null)</c>.</summary>
    private sealed class GetMethod() : UnaryMethod<GetArgs, string>(new MethodDescription
    {
        Name = "get",
        ClrName = "GetAsync",
        Kind = MethodKind.Rpc,
        Fingerprint = "0123456789abcdef",
        ResultType = typeof(string),
        Parameters =
        [
            new("inventory_id", "inventoryId", typeof(int), IsOptional: false, AllowsNull: false),
            new("note", "note", typeof(string), IsOptional: true, AllowsNull: true),
        ],
    })
    {
        private static readonly JsonEncodedText InventoryId = JsonEncodedText.Encode("inventory_id");
        private static readonly JsonEncodedText Note = JsonEncodedText.Encode("note");

        public override void WriteArguments(Utf8JsonWriter writer, in GetArgs args, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            JsonArguments.Write(writer, InventoryId, args.InventoryId, options);
            JsonArguments.Write(writer, Note, args.Note, options);
            writer.WriteEndObject();
        }

        public override GetArgs ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            var inventoryId = 0;
            string? note = null;
            ulong seen = 0;
            JsonArguments.Begin(ref reader, this);
            while (JsonArguments.Next(ref reader, this, ref seen, out var index))
            {
                switch (index)
                {
                    case 0: inventoryId = JsonArguments.Read<int>(ref reader, this, 0, options); break;
                    default: note = JsonArguments.Read<string?>(ref reader, this, 1, options); break;
                }
            }

            JsonArguments.RequireAll(this, seen);
            return new GetArgs(inventoryId, note);
        }

        public override ValueTask<string> InvokeAsync(object service, GetArgs args, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
