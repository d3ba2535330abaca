using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace MonotonicReads.AspNetCore;

/// <summary>Protects tokens with the application's data protection: its keys rotate and are shared as the application decided.</summary>
internal sealed class DataProtectionTokenProtector(IDataProtectionProvider provider) : ISessionTokenProtector
{
    private readonly IDataProtector _protector = provider.CreateProtector("MonotonicReads.SessionToken");

    public byte[] Protect(byte[] plain) => _protector.Protect(plain);

    public byte[]? Unprotect(byte[] protectedBytes)
    {
        try
        {
            return _protector.Unprotect(protectedBytes);
        }
        catch (CryptographicException)
        {
            // Not of our making, or of a key that was revoked: the caller refuses it.
            return null;
        }
    }
}
