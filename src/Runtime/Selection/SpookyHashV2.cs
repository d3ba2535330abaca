using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MonotonicReads;

/// <summary>
/// SpookyHash V2 by Bob Jenkins (public domain, 2012), for the one length that a session id has: 36 bytes, one round
/// of 32 and a tail of 4.
/// </summary>
internal static class SpookyHashV2
{
    public const int SessionIdLength = 36;

    private const ulong Constant = 0xDEADBEEF_DEADBEEF;

    /// <summary>The low 32 bits of the hash with seed 0.</summary>
    public static uint Hash32(ReadOnlySpan<byte> sessionId)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sessionId.Length, SessionIdLength);

        ulong a = 0, b = 0, c = Constant, d = Constant;
        c += BinaryPrimitives.ReadUInt64LittleEndian(sessionId);
        d += BinaryPrimitives.ReadUInt64LittleEndian(sessionId[8..]);
        Mix(ref a, ref b, ref c, ref d);
        a += BinaryPrimitives.ReadUInt64LittleEndian(sessionId[16..]);
        b += BinaryPrimitives.ReadUInt64LittleEndian(sessionId[24..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(sessionId[32..]);
        d += (ulong)SessionIdLength << 56;
        End(ref a, ref b, ref c, ref d);
        return (uint)a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        Turn(ref c, 50, d, ref a);
        Turn(ref d, 52, a, ref b);
        Turn(ref a, 30, b, ref c);
        Turn(ref b, 41, c, ref d);
        Turn(ref c, 54, d, ref a);
        Turn(ref d, 48, a, ref b);
        Turn(ref a, 38, b, ref c);
        Turn(ref b, 37, c, ref d);
        Turn(ref c, 62, d, ref a);
        Turn(ref d, 34, a, ref b);
        Turn(ref a, 5, b, ref c);
        Turn(ref b, 36, c, ref d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        Fold(ref d, ref c, 15);
        Fold(ref a, ref d, 52);
        Fold(ref b, ref a, 26);
        Fold(ref c, ref b, 51);
        Fold(ref d, ref c, 28);
        Fold(ref a, ref d, 9);
        Fold(ref b, ref a, 47);
        Fold(ref c, ref b, 54);
        Fold(ref d, ref c, 32);
        Fold(ref a, ref d, 25);
        Fold(ref b, ref a, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref ulong turned, int bits, ulong added, ref ulong mixed)
    {
        turned = BitOperations.RotateLeft(turned, bits) + added;
        mixed ^= turned;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(ref ulong folded, ref ulong turned, int bits)
    {
        folded ^= turned;
        turned = BitOperations.RotateLeft(turned, bits);
        folded += turned;
    }
}
