namespace MonotonicReads.Observability;

/// <summary>What spans say of a server.</summary>
/// <param name="Name">Its name, "primary" for the primary.</param>
/// <param name="System">What OpenTelemetry calls its kind; null where that is not known.</param>
/// <param name="Host">Its host; null where it was made from a data source.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct ServerTags(string Name, string? System, string? Host, int Port);
