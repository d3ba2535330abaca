using System.Security.Cryptography;

namespace MonotonicReads.Sessions;

/// <summary>AES-256-GCM: 12 bytes of nonce, the encrypted content, 16 bytes of tag.</summary>
internal sealed class AesGcmTokenProtector : ISessionTokenProtector, ITokenKeys
{
    private const int KeySize = 32;

    private readonly Cipher[] _ciphers;

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

        _ciphers = [.. keys.Select(key => new Cipher(key))];
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
        var aes = _ciphers[0].Take();
        aes.Encrypt(nonce, plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(NonceSize + plain.Length));
        _ciphers[0].GiveBack(aes);
        return result;
    }

    public byte[]? Unprotect(byte[] protectedBytes)
    {
        if (protectedBytes.Length < NonceSize + TagSize)
        {
            return null;
        }

        var plain = new byte[protectedBytes.Length - NonceSize - TagSize];
        foreach (var cipher in _ciphers)
        {
            var aes = cipher.Take();
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
            finally
            {
                cipher.GiveBack(aes);
            }
        }

        return null;
    }

    /// <summary>A key's cipher, which costs several times what one token does: it is used again, by one caller at a time, since nobody
    /// promises that several may.</summary>
    private sealed class Cipher(byte[] key)
    {
        private readonly AesGcm?[] _idle = new AesGcm?[Environment.ProcessorCount];

        public AesGcm Take() => Interlocked.Exchange(ref Place, null) ?? new AesGcm(key, TagSize);

        public void GiveBack(AesGcm aes) => Interlocked.Exchange(ref Place, aes)?.Dispose();

        private ref AesGcm? Place => ref _idle[(uint)Thread.GetCurrentProcessorId() % (uint)_idle.Length];
    }
}
