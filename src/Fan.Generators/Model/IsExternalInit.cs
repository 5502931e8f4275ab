namespace System.Runtime.CompilerServices;

// netstandard2.0 lacks the type that records need.
internal static class IsExternalInit;
