using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace MonotonicReads.Observability;

/// <summary>A caller's logger, kept from breaking what it is told of: a read, the giving back of a connection, a loop that watches a
/// server.</summary>
internal sealed class QuietLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return logger.BeginScope(state);
        }
        catch (Exception exception)
        {
            Threw("A logger", exception);
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception exception)
        {
            Threw("A logger", exception);
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception thrown)
        {
            Threw("A logger", thrown);
        }
    }

    /// <summary>Says what somebody threw of whom nobody waits for an answer, where it cannot be logged.</summary>
    public static void Threw(string who, Exception exception) => Trace.TraceWarning("MonotonicReads: {0} threw {1}", who, exception);
}

/// <summary>Makes loggers that are such.</summary>
internal sealed class QuietLoggerFactory(ILoggerFactory factory) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new QuietLogger(factory.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => factory.AddProvider(provider);

    // It is the caller's.
    public void Dispose() { }
}
