using System.Numerics;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Selection;

/// <summary>
/// SpookyHash V2 by Bob Jenkins (public domain, 2012), for the one length that a session id has: 36 bytes, one round
/// of 32 and a tail of 4.
/// </summary>
internal static class SpookyHashV2
{
    private const ulong Constant = 0xDEADBEEF_DEADBEEF;

    /// <summary>The low 32 bits of the hash with seed 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash32(in SessionIdText sessionId)
    {
        // Written out, so that the four words stay in registers.
        ulong a = 0,
            b = 0,
            c = Constant,
            d = Constant;
        c += sessionId.First;
        d += sessionId.Second;

        c = BitOperations.RotateLeft(c, 50) + d;
        a ^= c;
        d = BitOperations.RotateLeft(d, 52) + a;
        b ^= d;
        a = BitOperations.RotateLeft(a, 30) + b;
        c ^= a;
        b = BitOperations.RotateLeft(b, 41) + c;
        d ^= b;
        c = BitOperations.RotateLeft(c, 54) + d;
        a ^= c;
        d = BitOperations.RotateLeft(d, 48) + a;
        b ^= d;
        a = BitOperations.RotateLeft(a, 38) + b;
        c ^= a;
        b = BitOperations.RotateLeft(b, 37) + c;
        d ^= b;
        c = BitOperations.RotateLeft(c, 62) + d;
        a ^= c;
        d = BitOperations.RotateLeft(d, 34) + a;
        b ^= d;
        a = BitOperations.RotateLeft(a, 5) + b;
        c ^= a;
        b = BitOperations.RotateLeft(b, 36) + c;
        d ^= b;

        a += sessionId.Third;
        b += sessionId.Fourth;
        c += sessionId.Fifth;
        d += (ulong)SessionIdText.Length << 56;

        d ^= c;
        c = BitOperations.RotateLeft(c, 15);
        d += c;
        a ^= d;
        d = BitOperations.RotateLeft(d, 52);
        a += d;
        b ^= a;
        a = BitOperations.RotateLeft(a, 26);
        b += a;
        c ^= b;
        b = BitOperations.RotateLeft(b, 51);
        c += b;
        d ^= c;
        c = BitOperations.RotateLeft(c, 28);
        d += c;
        a ^= d;
        d = BitOperations.RotateLeft(d, 9);
        a += d;
        b ^= a;
        a = BitOperations.RotateLeft(a, 47);
        b += a;
        c ^= b;
        b = BitOperations.RotateLeft(b, 54);
        c += b;
        d ^= c;
        c = BitOperations.RotateLeft(c, 32);
        d += c;
        a ^= d;
        d = BitOperations.RotateLeft(d, 25);
        a += d;
        b ^= a;
        a = BitOperations.RotateLeft(a, 63);
        b += a;
        return (uint)a;
    }
}
