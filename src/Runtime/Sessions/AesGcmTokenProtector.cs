using System.Security.Cryptography;

namespace MonotonicReads.Sessions;

/// <summary>AES-256-GCM: 12 bytes of nonce, the encrypted content, 16 bytes of tag.</summary>
internal sealed class AesGcmTokenProtector : ISessionTokenProtector, ITokenKeys
{
    private const int KeySize = 32;

    private readonly byte[][] _keys;

    public AesGcmTokenProtector(byte[][] keys)
    {
        foreach (var key in keys)
        {
            ArgumentNullException.ThrowIfNull(key, nameof(keys));
            if (key.Length != KeySize)
            {
                throw new ArgumentException(
                    $"A key of session tokens has {KeySize} random bytes, not {key.Length}: RandomNumberGenerator.GetBytes({KeySize}).",
                    nameof(keys)
                );
            }
        }

        _keys = keys;
        KeyNames = [.. keys.Select(key => Convert.ToHexString(HMACSHA256.HashData(key, "MonotonicReads: the name of a key"u8)))];
    }

    public IReadOnlyList<string> KeyNames { get; }

    private static int NonceSize => AesGcm.NonceByteSizes.MaxSize;

    private static int TagSize => AesGcm.TagByteSizes.MaxSize;

    public byte[] Protect(byte[] plain)
    {
        var result = new byte[NonceSize + plain.Length + TagSize];
        var nonce = result.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[0], TagSize);
        aes.Encrypt(nonce, plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(NonceSize + plain.Length));
        return result;
    }

    public byte[]? Unprotect(byte[] protectedBytes)
    {
        if (protectedBytes.Length < NonceSize + TagSize)
        {
            return null;
        }

        var plain = new byte[protectedBytes.Length - NonceSize - TagSize];
        foreach (var key in _keys)
        {
            using var aes = new AesGcm(key, TagSize);
            try
            {
                aes.Decrypt(
                    protectedBytes.AsSpan(0, NonceSize),
                    protectedBytes.AsSpan(NonceSize, plain.Length),
                    protectedBytes.AsSpan(NonceSize + plain.Length),
                    plain
                );
                return plain;
            }
            catch (AuthenticationTagMismatchException)
            {
                // Of another key, or of nobody's.
            }
        }

        return null;
    }
}
