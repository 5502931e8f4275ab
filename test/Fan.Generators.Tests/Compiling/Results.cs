using System.Reflection;

namespace Fan.Generators.Tests.Compiling;

/// <summary>The result forms of methods that are known at run time only.</summary>
internal static class Results
{
    /// <summary>The type of the value that comes back; null where none does.</summary>
    public static Type? ValueType(Type form)
    {
        if (form == typeof(void) || form == typeof(Task) || form == typeof(ValueTask)) return null;
        return IsOf(form, typeof(Task<>)) || IsOf(form, typeof(ValueTask<>)) || IsOf(form, typeof(IAsyncEnumerable<>))
            ? form.GetGenericArguments()[0]
            : form;
    }

    /// <summary>A value in the form that a method returns.</summary>
    public static object? Wrap(Type form, object? value)
    {
        if (form == typeof(void)) return null;
        if (form == typeof(Task)) return Task.CompletedTask;
        if (form == typeof(ValueTask)) return default(ValueTask);
        if (IsOf(form, typeof(Task<>))) return Call(nameof(Task.FromResult), typeof(Task), form, value);
        if (IsOf(form, typeof(ValueTask<>))) return Call(nameof(ValueTask.FromResult), typeof(ValueTask), form, value);
        return IsOf(form, typeof(IAsyncEnumerable<>)) ? Call(nameof(Once), typeof(Results), form, value) : value;
    }

    /// <summary>Waits for what a method returned; the items of a sequence are one value.</summary>
    public static async Task<object?> Await(Type form, object? returned)
    {
        switch (returned)
        {
            case Task task:
                await task;
                return IsOf(form, typeof(Task<>)) ? ValueOf(form, task) : null;
            case ValueTask task:
                await task;
                return null;
        }

        if (IsOf(form, typeof(ValueTask<>)))
        {
            var task = (Task)form.GetMethod(nameof(ValueTask.AsTask))!.Invoke(returned, null)!;
            await task;
            return ValueOf(typeof(Task<>).MakeGenericType(form.GetGenericArguments()), task);
        }

        if (!IsOf(form, typeof(IAsyncEnumerable<>))) return returned;
        return await (Task<object?>)Call(nameof(Single), typeof(Results), form, returned)!;
    }

    private static bool IsOf(Type type, Type open) => type.IsGenericType && type.GetGenericTypeDefinition() == open;

    // The type of a task that was made at run time may derive from the one that is declared.
    private static object? ValueOf(Type form, Task task) => form.GetProperty(nameof(Task<int>.Result))!.GetValue(task);

    private static object? Call(string name, Type type, Type form, object? argument)
    {
        var method = type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Single(one => one.Name == name && one.IsGenericMethod);
        return method.MakeGenericMethod(form.GetGenericArguments()).Invoke(null, [argument]);
    }

    private static async IAsyncEnumerable<T> Once<T>(T value)
    {
        await Task.Yield();
        yield return value;
    }

    private static async Task<object?> Single<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items) all.Add(item);
        return Assert.Single(all);
    }
}
