using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Cluster.Relay.Login;

/// <summary>The authentication <c>mysql_native_password</c>.</summary>
internal static class NativePassword
{
    public const string Plugin = "mysql_native_password";

    /// <summary>What proves the password for a salt; empty for an empty password, with every plugin.</summary>
    public static byte[] Proof(string password, ReadOnlySpan<byte> salt)
    {
        if (password.Length == 0)
        {
            return [];
        }

#pragma warning disable CA5350 // the protocol's choice
        var once = SHA1.HashData(Encoding.UTF8.GetBytes(password));
        var proof = SHA1.HashData([.. salt, .. SHA1.HashData(once)]);
#pragma warning restore CA5350
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= once[i];
        }

        return proof;
    }
}
