namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>Protects nothing: what is in a token alone says what its text is.</summary>
internal sealed class PlainProtector : ISessionTokenProtector
{
    public byte[] Protect(byte[] plain) => plain;

    public byte[]? Unprotect(byte[] protectedBytes) => protectedBytes;
}
