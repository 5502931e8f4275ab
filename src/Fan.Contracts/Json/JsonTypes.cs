using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Fan.Generated;

/// <summary>
/// The base of generated metadata: what the serializer of JSON would find out by reflection, for programs that have none. Safe from any
/// thread once it is made.
/// </summary>
/// <remarks>Each type stands as the serializer takes it by default; what has attributes that change its form is not here.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class JsonTypes : IJsonTypeInfoResolver
{
    private readonly Dictionary<Type, Func<JsonSerializerOptions, JsonTypeInfo>> _types = [];

    /// <summary>Makes the metadata of a member.</summary>
    protected delegate JsonPropertyInfo MemberMaker(JsonSerializerOptions options);

    /// <inheritdoc/>
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _types.TryGetValue(type, out var make) ? make(options) : null;
    }

    /// <summary>Adds <c>T[]</c>.</summary>
    protected void AddArray<T>() =>
        Add<T[]>(static options => JsonMetadataServices.CreateArrayInfo<T>(options, new JsonCollectionInfoValues<T[]>()));

    /// <summary>Adds <see cref="List{T}"/>.</summary>
    protected void AddList<T>() =>
        Add<List<T>>(static options => JsonMetadataServices.CreateListInfo<List<T>, T>(
            options, new JsonCollectionInfoValues<List<T>> { ObjectCreator = static () => [] }));

    /// <summary>Adds <see cref="IList{T}"/>.</summary>
    protected void AddIList<T>() =>
        Add<IList<T>>(
            static options => JsonMetadataServices.CreateIListInfo<IList<T>, T>(options, new JsonCollectionInfoValues<IList<T>>()));

    /// <summary>Adds <see cref="ICollection{T}"/>.</summary>
    protected void AddICollection<T>() =>
        Add<ICollection<T>>(static options => JsonMetadataServices.CreateICollectionInfo<ICollection<T>, T>(
            options, new JsonCollectionInfoValues<ICollection<T>>()));

    /// <summary>Adds an interface that a <see cref="List{T}"/> implements.</summary>
    protected void AddIEnumerable<TCollection, T>()
        where TCollection : IEnumerable<T> =>
        Add<TCollection>(static options => JsonMetadataServices.CreateIEnumerableInfo<TCollection, T>(
            options, new JsonCollectionInfoValues<TCollection>()));

    /// <summary>Adds <see cref="HashSet{T}"/>.</summary>
    protected void AddHashSet<T>() =>
        Add<HashSet<T>>(static options => JsonMetadataServices.CreateISetInfo<HashSet<T>, T>(
            options, new JsonCollectionInfoValues<HashSet<T>> { ObjectCreator = static () => [] }));

    /// <summary>Adds <see cref="ISet{T}"/>.</summary>
    protected void AddISet<T>() =>
        Add<ISet<T>>(static options => JsonMetadataServices.CreateISetInfo<ISet<T>, T>(options, new JsonCollectionInfoValues<ISet<T>>()));

    /// <summary>Adds <see cref="Dictionary{TKey, TValue}"/>.</summary>
    protected void AddDictionary<TKey, TValue>()
        where TKey : notnull =>
        Add<Dictionary<TKey, TValue>>(static options => JsonMetadataServices.CreateDictionaryInfo<Dictionary<TKey, TValue>, TKey, TValue>(
            options, new JsonCollectionInfoValues<Dictionary<TKey, TValue>> { ObjectCreator = static () => [] }));

    /// <summary>Adds <see cref="IDictionary{TKey, TValue}"/>.</summary>
    protected void AddIDictionary<TKey, TValue>()
        where TKey : notnull =>
        Add<IDictionary<TKey, TValue>>(
            static options => JsonMetadataServices.CreateIDictionaryInfo<IDictionary<TKey, TValue>, TKey, TValue>(
                options, new JsonCollectionInfoValues<IDictionary<TKey, TValue>>()));

    /// <summary>Adds <see cref="IReadOnlyDictionary{TKey, TValue}"/>.</summary>
    protected void AddIReadOnlyDictionary<TKey, TValue>()
        where TKey : notnull =>
        Add<IReadOnlyDictionary<TKey, TValue>>(
            static options => JsonMetadataServices.CreateIReadOnlyDictionaryInfo<IReadOnlyDictionary<TKey, TValue>, TKey, TValue>(
                options, new JsonCollectionInfoValues<IReadOnlyDictionary<TKey, TValue>>()));

    /// <summary>Adds an enum, which travels as its number.</summary>
    protected void AddEnum<T>()
        where T : struct, Enum =>
        Add<T>(static options => JsonMetadataServices.CreateValueInfo<T>(options, JsonMetadataServices.GetEnumConverter<T>(options)));

    /// <summary>Adds <c>T?</c> of a value type.</summary>
    protected void AddNullable<T>()
        where T : struct =>
        Add<T?>(static options => JsonMetadataServices.CreateValueInfo<T?>(options, JsonMetadataServices.GetNullableConverter<T>(options)));

    /// <summary>Adds a class, record, struct or tuple.</summary>
    /// <param name="create">Makes one without arguments; null where the constructor has parameters.</param>
    /// <param name="createWith">Makes one of the constructor's arguments; null where it has none.</param>
    /// <param name="parameters">The constructor's parameters.</param>
    /// <param name="members">Its members.</param>
    protected void AddObject<T>(
        Func<T>? create, Func<object?[], T>? createWith, JsonParameterInfoValues[] parameters, MemberMaker[] members)
        where T : notnull =>
        Add<T>(options => JsonMetadataServices.CreateObjectInfo(options, new JsonObjectInfoValues<T>
        {
            ObjectCreator = create,
            ObjectWithParameterizedConstructorCreator = createWith!,
            ConstructorParameterMetadataInitializer = createWith is null ? null : () => parameters,
            PropertyMetadataInitializer = _ => [.. members.Select(make => make(options))],
        }));

    /// <summary>A parameter of a constructor.</summary>
    protected static JsonParameterInfoValues Parameter<T>(string name, int position, bool hasDefault, T value) =>
        new()
        {
            Name = name,
            ParameterType = typeof(T),
            Position = position,
            HasDefaultValue = hasDefault,
            DefaultValue = hasDefault ? value : null,
            IsNullable = true
        };

    /// <summary>A member.</summary>
    /// <param name="clrName">In the source.</param>
    /// <param name="name">In JSON.</param>
    /// <param name="isField">Whether it is a field.</param>
    /// <param name="isRequired">Whether JSON without it is refused.</param>
    /// <param name="get">Reads it.</param>
    /// <param name="set">Sets it; null where the constructor does.</param>
    protected static MemberMaker Member<TDeclaring, T>(
        string clrName, string name, bool isField, bool isRequired, Func<object, T?> get, Action<object, T?>? set) => options =>
    {
        var member = JsonMetadataServices.CreatePropertyInfo(options, new JsonPropertyInfoValues<T>
        {
            IsProperty = !isField,
            IsPublic = true,
            DeclaringType = typeof(TDeclaring),
            PropertyName = clrName,
            JsonPropertyName = name,
            Getter = get,
            Setter = set,
        });
        member.IsRequired = isRequired;
        return member;
    };

    // Two contracts of an assembly, or two places of one, may say the same.
    private void Add<T>(Func<JsonSerializerOptions, JsonTypeInfo> make) => _types[typeof(T)] = make;
}
