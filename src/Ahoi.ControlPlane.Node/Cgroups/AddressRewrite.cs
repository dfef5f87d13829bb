using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Cgroups;

/// <summary>
/// Gives the processes of a control group an address of their own for <c>0.0.0.0</c> and for <c>localhost</c>, in both address
/// families: small programs for the kernel (bpf(2), type <c>BPF_PROG_TYPE_CGROUP_SOCK_ADDR</c>) change what they listen at and
/// connect to. So pods that share the machine's network listen at equal ports, as pods with networks of their own do. It
/// needs the rights of root; elsewhere nothing is changed.
/// </summary>
internal static class AddressRewrite
{
    private const int LoadCommand = 5;
    private const int AttachCommand = 8;
    private const int SocketAddressType = 18;
    private const int MostTries = 20;
    private const int Bind4 = 8;
    private const int Bind6 = 9;
    private const int Connect4 = 10;
    private const int Connect6 = 11;

    // Where the kernel's struct bpf_sock_addr has the address: one word, or four.
    private const short Address4 = 4;
    private const short Address6 = 8;

    private static readonly uint Localhost = Word(IPAddress.Loopback);

    /// <summary>Attaches the programs to a control group of the unified hierarchy; they go with it.</summary>
    /// <returns>Whether the kernel took them.</returns>
    public static bool TryAttach(string folder, IPAddress address)
    {
        var group = Native.OpenFolder(folder);
        if (group < 0)
        {
            return false;
        }

        try
        {
            var word = Word(address);
            return TryAttach(group, Bind4, Rewrite4(word, anyToo: true)) && TryAttach(group, Connect4, Rewrite4(word, anyToo: false))
                && TryAttach(group, Bind6, Rewrite6(word, anyToo: true)) && TryAttach(group, Connect6, Rewrite6(word, anyToo: false));
        }
        finally
        {
            _ = Native.Close(group);
        }
    }

    private static uint Word(IPAddress address) => MemoryMarshal.Read<uint>(address.GetAddressBytes()); // In the network's order, as it lies.

    /// <summary>If the address is localhost, or any, it becomes the pod's.</summary>
    private static byte[] Rewrite4(uint address, bool anyToo)
    {
        var code = new List<byte[]> { Load(Address4) };
        if (anyToo)
        {
            code.Add(JumpIfEqual(0, 1));
        }

        code.AddRange([JumpUnlessEqual(Localhost, 2), Set(address), Store(Address4), .. Allow()]);
        return [.. code.SelectMany(c => c)];
    }

    /// <summary>If the address is ::1, or ::, it becomes the pod's as IPv6 writes addresses of IPv4.</summary>
    private static byte[] Rewrite6(uint address, bool anyToo)
    {
        var one = BinaryPrimitives.ReverseEndianness(1u);
        var mapped = BinaryPrimitives.ReverseEndianness(0xffffu);
        var last = anyToo ? new[] { JumpIfEqual(0, 1), JumpUnlessEqual(one, 4) } : [JumpUnlessEqual(one, 4)];
        var rest = (short)(last.Length + 5); // From behind the first three checks to the end.
        return
        [
            .. Load(Address6), .. JumpUnlessEqual(0, (short)(4 + rest)),
            .. Load(Address6 + 4), .. JumpUnlessEqual(0, (short)(2 + rest)),
            .. Load(Address6 + 8), .. JumpUnlessEqual(0, rest),
            .. Load(Address6 + 12), .. last.SelectMany(l => l),
            .. Set(mapped), .. Store(Address6 + 8), .. Set(address), .. Store(Address6 + 12),
            .. Allow().SelectMany(c => c),
        ];
    }

    // Instructions: the code, the registers, an offset, a constant. Register 1 is the address, 2 ours, 0 the verdict.
    private static byte[] Load(int offset) => Instruction(0x61, 0x12, (short)offset, 0);

    private static byte[] Store(int offset) => Instruction(0x63, 0x21, (short)offset, 0);

    private static byte[] Set(uint value) => Instruction(0xb4, 0x02, 0, value);

    private static byte[] JumpIfEqual(uint value, short over) => Instruction(0x16, 0x02, over, value); // The lower 32 bits.

    private static byte[] JumpUnlessEqual(uint value, short over) => Instruction(0x56, 0x02, over, value);

    private static byte[][] Allow() => [Instruction(0xb7, 0x00, 0, 1), Instruction(0x95, 0x00, 0, 0)];

    private static byte[] Instruction(byte code, byte registers, short offset, uint constant)
    {
        var bytes = new byte[8];
        (bytes[0], bytes[1]) = (code, registers);
        MemoryMarshal.Write(bytes.AsSpan(2), offset);
        MemoryMarshal.Write(bytes.AsSpan(4), constant);
        return bytes;
    }

    private static unsafe bool TryAttach(int group, int kind, byte[] code)
    {
        var license = Encoding.ASCII.GetBytes("Apache-2.0\0");
        fixed (byte* instructions = code)
        fixed (byte* text = license)
        {
            var load = stackalloc byte[128];
            new Span<byte>(load, 128).Clear();
            ((int*)load)[0] = SocketAddressType;
            ((int*)load)[1] = code.Length / 8;
            ((long*)load)[1] = (long)instructions;
            ((long*)load)[2] = (long)text;
            ((int*)load)[17] = kind; // expected_attach_type, behind the log, the version, the flags, the name and the interface.
            var program = Native.Bpf(LoadCommand, load, 128);
            for (var tries = 1; program < 0 && tries < MostTries && Marshal.GetLastPInvokeError() is Native.EventAgain or Native.EventInterrupted; tries++)
            {
                program = Native.Bpf(LoadCommand, load, 128); // A signal ended the check, as the garbage collector's do.
            }

            if (program < 0)
            {
                return false;
            }

            var attach = stackalloc int[4] { group, program, kind, 0 };
            var attached = Native.Bpf(AttachCommand, attach, 16) >= 0;
            _ = Native.Close(program); // The group holds it.
            return attached;
        }
    }
}
