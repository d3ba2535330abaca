namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>A constant at the call that rules out what the method called does.</summary>
public class GuardTests
{
    // Each helper reads, and writes only for some arguments: called for each element it writes and then reads, or only reads.
    [Theory]
    [InlineData("If(true)", "If(false)")]
    [InlineData("Not(false)", "Not(true)")]
    [InlineData("Else(false)", "Else(true)")]
    [InlineData("And(true)", "And(false)")]
    [InlineData("Or(false)", "Or(true)")]
    [InlineData("Early(true)", "Early(false)")]
    [InlineData("Throws(true)", "Throws(false)")]
    [InlineData("EqualsTrue(true)", "EqualsTrue(false)")]
    [InlineData("IsTrue(true)", "IsTrue(false)")]
    [InlineData("Nested(true, true)", "Nested(true, false)")]
    [InlineData("Nested(x, true)", "Nested(x, false)")]
    [InlineData("Nested(b: true, a: true)", "Nested(b: true, a: false)")]
    [InlineData("Default(true)", "Default()")]
    [InlineData("DefaultOn()", "DefaultOn(false)")]
    [InlineData("Switch(Mode.Save)", "Switch(Mode.Load)")]
    [InlineData("Switch(Mode.Both)", "Switch(Mode.Load)")]
    [InlineData("Arms(Mode.Save)", "Arms(Mode.Load)")]
    [InlineData("Compared(Mode.Save)", "Compared(Mode.Load)")]
    [InlineData("Except(Mode.Save)", "Except(Mode.Load)")]
    [InlineData("Either(Mode.Both)", "Either(Mode.Load)")]
    [InlineData("Number(1)", "Number(0)")]
    [InlineData("Long(1)", "Long(0)")]
    [InlineData("Text(\"w\")", "Text(\"r\")")]
    [InlineData("IfGiven(\"\")", "IfGiven(null)")]
    [InlineData("IfGiven(this)", "IfGiven(default)")]
    [InlineData("IfGiven(new object())", "IfGiven()")]
    [InlineData("Maybe(true)", "Maybe(null)")]
    [InlineData("Maybe(true)", "Maybe(false)")]
    [InlineData("HandedOn(true)", "HandedOn(false)")]
    [InlineData("HandedOnTwice(true)", "HandedOnTwice(false)")]
    [InlineData("HandedOnAs(true)", "HandedOnAs(false)")]
    [InlineData("Copied(true)", "Copied(false)")]
    [InlineData("Inner(true)", "Inner(false)")]
    [InlineData("Among(false, true)", "Among(false, false)")]
    [InlineData("Among(true, false)", "Among(false, false)")]
    [InlineData("AmongThree(false, false, true)", "AmongThree(false, false, false)")]
    [InlineData("AmongHandedOn(true)", "AmongHandedOn(false)")]
    [InlineData("More(1)", "More(0)")]
    [InlineData("AtLeast(1)", "AtLeast(0)")]
    [InlineData("Less(-1)", "Less(0)")]
    [InlineData("Filled(\"a\")", "Filled(\"\")")]
    [InlineData("Filled(\"a\")", "Filled(null)")]
    [InlineData("Bits(Flags.Touch)", "Bits(Flags.None)")]
    [InlineData("AllBits(Flags.Touch)", "AllBits(Flags.None)")]
    [InlineData("Flag(Flags.Touch)", "Flag(Flags.None)")]
    [InlineData("new Made(db, true).X", "new Made(db, false).X")]
    public async Task An_argument_that_does_not_pass_rules_the_write_out(string writes, string reads)
    {
        await Check("{|MR1002:{|MR1003:M|}|}", writes);
        await Check("{|MR1002:M|}", reads);
    }

    // What nobody knows may be.
    [Theory]
    [InlineData("If(x)")]
    [InlineData("If(n > 1)")]
    [InlineData("Switch(mode)")]
    [InlineData("Changed(false)")]
    [InlineData("ByReference(false)")]
    [InlineData("Joined(false)")]
    [InlineData("Counted(0)")]
    [InlineData("HandedOnChanged(false)")]
    [InlineData("If((bool)o)")]
    [InlineData("Among(false, x)")]
    [InlineData("ChangedToEither(false)")]
    [InlineData("ChangedByChoice(false)")]
    [InlineData("CopiedOnOnePath(false)")]
    [InlineData("More(n)")]
    [InlineData("NotMore(0)")]
    [InlineData("NoBits(Flags.None)")]
    [InlineData("Empty(\"\")")]
    public Task Anything_else_does_not(string call) => Check("{|MR1002:{|MR1003:M|}|}", call);

    private static Task Check(string name, string call) =>
        ReadRules.Members(
            $$"""
                public int {{name}}(int[] ids, bool x, int n, Mode mode, object o)
                {
                    var sum = 0;
                    foreach (var id in ids) sum += {{call}};
                    return sum;
                }

                public enum Mode { Load, Save, Both }
                private int Read() => db.QueryFirst<int>("SELECT a FROM t");
                private int Write() => db.Execute("UPDATE t SET a = 1");
                private int If(bool w) { var r = Read(); if (w) Write(); return r; }
                private int Not(bool r) { var a = Read(); if (!r) Write(); return a; }
                private int Else(bool r) { var a = Read(); if (r) { } else { Write(); } return a; }
                private int And(bool w) { var a = Read(); if (a > 1 && w && a < 9) Write(); return a; }
                private int Or(bool r) { var a = Read(); if (r || a > 1) return a; Write(); return a; }
                private int Early(bool w) { var a = Read(); if (!w) return a; Write(); return a; }
                private int Throws(bool w) { var a = Read(); if (!w) throw new Exception(); Write(); return a; }
                private int EqualsTrue(bool w) { var a = Read(); if (w == true) Write(); return a; }
                private int IsTrue(bool w) { var a = Read(); if (w is true) Write(); return a; }
                private int Nested(bool a, bool b) { var r = Read(); if (a) { if (b) { Write(); } } return r; }
                private int Default(bool w = false) => If(w);
                private int DefaultOn(bool w = true) => If(w);
                private int Switch(Mode m) { var a = Read(); switch (m) { case Mode.Save: case Mode.Both: Write(); break; case Mode.Load: break; } return a; }
                private int Arms(Mode m) { var a = Read(); return m switch { Mode.Load => a, _ => Write() }; }
                private int Compared(Mode m) { var a = Read(); if (Mode.Save == m) Write(); return a; }
                private int Except(Mode m) { var a = Read(); if (m != Mode.Load) Write(); return a; }
                private int Either(Mode m) { var a = Read(); if (m is Mode.Save or Mode.Both) Write(); return a; }
                private int Number(int k) { var a = Read(); if (k != 0) Write(); return a; }
                private int Long(long k) { var a = Read(); if (k == 1) Write(); return a; }
                private int Text(string s) { var a = Read(); if (s == "w") Write(); return a; }
                private int IfGiven(object given = null) { var a = Read(); if (given != null) Write(); return a; }
                private int Maybe(bool? w) { var a = Read(); if (w == true) Write(); return a; }
                private int HandedOn(bool w) => If(w);
                private int HandedOnTwice(bool w) => HandedOn(w);
                private int HandedOnAs(bool w) { if (w) return If(w); return If(w); }
                private int Copied(bool w) { var r = Read(); var c = w; if (c) Write(); return r; }
                private int Inner(bool w) { return Local(w); int Local(bool v) { var r = Read(); if (v) Write(); return r; } }
                [Flags] public enum Flags { None = 0, Touch = 1, Log = 2 }
                private int Among(bool a, bool b) { var r = Read(); if (a || b) Write(); return r; }
                private int AmongThree(bool a, bool b, bool c) { var r = Read(); if (a || b || c) Write(); return r; }
                private int AmongHandedOn(bool w) => Among(w, false);
                private int More(int k) { var r = Read(); if (k > 0) Write(); return r; }
                private int NotMore(int k) { var r = Read(); if (k > 0) return r; Write(); return r; }
                private int AtLeast(int k) { var r = Read(); if (1 <= k) Write(); return r; }
                private int Less(int k) { var r = Read(); if (k < 0) Write(); return r; }
                private int Filled(string s) { var r = Read(); if (string.IsNullOrEmpty(s)) return r; Write(); return r; }
                private int Empty(string s) { var r = Read(); if (string.IsNullOrEmpty(s)) Write(); return r; }
                private int Bits(Flags f) { var r = Read(); if ((f & Flags.Touch) != 0) Write(); return r; }
                private int AllBits(Flags f) { var r = Read(); if ((f & Flags.Touch) == Flags.Touch) Write(); return r; }
                private int NoBits(Flags f) { var r = Read(); if ((f & Flags.Touch) == 0) Write(); return r; }
                private int Flag(Flags f) { var r = Read(); if (f.HasFlag(Flags.Touch)) Write(); return r; }
                private int ChangedToEither(bool w) { var r = Read(); w = w || r > 1; if (w) Write(); return r; }
                private int ChangedByChoice(bool w) { var r = Read(); w = r > 1 ? w : r > 3; if (w) Write(); return r; }
                private int CopiedOnOnePath(bool w) { var r = Read(); bool c; if (r > 1) c = w; else c = r < 0; if (c) Write(); return r; }
                private int Changed(bool w) { var r = Read(); w = r > 1; if (w) Write(); return r; }
                private int ByReference(bool w) { var r = Read(); Set(ref w); if (w) Write(); return r; }
                private static void Set(ref bool w) => w = true;
                private int Joined(bool w) { var r = Read(); if (w) { r++; } Write(); return r; }
                private int Counted(int k) { var r = Read(); k++; if (k == 1) Write(); return r; }
                private int HandedOnChanged(bool w) { w = !w; return If(w); }
                private class Made { public int X; public Made(DbConnection db, bool w) { X = db.QueryFirst<int>("SELECT a FROM t"); if (w) db.Execute("UPDATE t SET a = 1"); } }
            """
        );
}
