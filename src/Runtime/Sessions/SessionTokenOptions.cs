using MonotonicReads.Sessions;

namespace MonotonicReads;

/// <summary>How session tokens are protected and how long they live.</summary>
public sealed class SessionTokenOptions
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxLength = 1024;

    /// <summary>What <see cref="ReadSession.ToToken"/> and <see cref="ReadSession.Resume(string, SessionTokenOptions?)"/> use where they
    /// are given none. Default: null.</summary>
    public static SessionTokenOptions? Default { get; set; }

    /// <summary>Encrypts and authenticates tokens. Required.</summary>
    public required ISessionTokenProtector Protector { get; init; }

    /// <summary>
    /// How long a token is taken. Default: 60 seconds; it need only outlive the lag of the replicas and the time between two
    /// requests that must be ordered.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Options with AES-GCM under a key of 32 bytes that all processes share.</summary>
    /// <param name="key">The key that new tokens get.</param>
    /// <param name="olderKeys">Keys whose tokens are still taken, while keys are being replaced.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentNullException">A key is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A key does not have 32 bytes.</exception>
    public static SessionTokenOptions WithKey(byte[] key, params byte[][] olderKeys) =>
        new() { Protector = new AesGcmTokenProtector([key, .. olderKeys]) };
}

/// <summary>Encrypts and authenticates the bytes of a session token.</summary>
public interface ISessionTokenProtector
{
    /// <summary>Encrypts and authenticates.</summary>
    /// <param name="plain">The token's content.</param>
    /// <returns>The protected bytes.</returns>
    byte[] Protect(byte[] plain);

    /// <summary>Undoes <see cref="Protect"/>.</summary>
    /// <param name="protectedBytes">What somebody sent.</param>
    /// <returns>The content; <see langword="null"/> where the bytes are not of our making.</returns>
    byte[]? Unprotect(byte[] protectedBytes);
}

/// <summary>A session token was refused: forged, damaged, expired, or of a version that is not known.</summary>
public sealed class SessionTokenException : FormatException
{
    internal SessionTokenException(string message)
        : base(message) { }

    /// <summary>Whether it was made by nobody who has one of our keys.</summary>
    internal bool IsForeign { get; init; }
}
