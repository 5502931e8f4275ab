using System.Globalization;
using System.Reflection;
using Fan.Meaning.Tests.Cases;

namespace Fan.Meaning.Tests.Values;

/// <summary>Values that equal an argument's default, or nearly, and are others.</summary>
internal static class NearDefault
{
    public static object? Of(ParameterInfo parameter, int seed)
    {
        var draw = new Draw(Draw.Mix(seed, "near"));
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var value = Declared(parameter, type);
        return value switch
        {
            decimal m => draw.Of(m, m * 1.0m, m * 1.00m, m == 0 ? -0.0m : m),
            double d => draw.Of(
                d, d == 0 ? -d : d, BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(d) ^ (d == 0 ? long.MinValue : 0))),
            float f => draw.Of(f, f == 0 ? -f : f, f == 0 ? -0f : f),
            DateTime time => DateTime.SpecifyKind(time, draw.Of(DateTimeKind.Utc, DateTimeKind.Local, DateTimeKind.Unspecified)),
            DateTimeOffset moment => draw.Of(moment, new DateTimeOffset(moment.DateTime + TimeSpan.FromHours(1), TimeSpan.FromHours(1))),
            _ when type.Name == "Money" => Activator.CreateInstance(type, draw.Of(0m, 0.5m, -0.0m, 0.00m)),
            _ when type.Name == "Mark" => Activator.CreateInstance(type, draw.Of(0d, -0d), draw.Of(0m, 0.00m, -0.0m)),
            _ => value ?? ValueMaker.Make(type, seed),
        };
    }

    private static object? Declared(ParameterInfo parameter, Type type)
    {
        var value = parameter.DefaultValue;
        if (value is null or DBNull)
        {
            return type.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? Activator.CreateInstance(type) : null;
        }
        return type.IsEnum
            ? Enum.ToObject(type, value)
            : value is IConvertible && value.GetType() != type
            ? Convert.ChangeType(value, type, CultureInfo.InvariantCulture)
            : value;
    }
}
