using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>What is known of a value, and what is left of it where two paths meet.</summary>
public class ValueTests
{
    private const string Hole = "\uFFFC";
    private const string Rest = "\uFFFB";

    [Fact]
    public void Items_are_a_set()
    {
        Items<string> none = [],
            one = ["a"],
            two = ["a", "b"],
            turned = ["b", "a"];
        Assert.Same(Items<string>.Empty, none);
        Assert.Same(one, one.Union(none));
        Assert.Same(one, none.Union(one));
        Assert.Same(one, one.Union(one));
        Assert.Same(two, two.Union(one));
        Assert.Equal(["a", "b"], one.Union(turned).ToArray());
        Assert.True(two.Equals(turned));
        Assert.True(two.Equals((object)turned));
        Assert.False(two.Equals(one));
        Assert.False(one.Equals(two));
        Assert.False(two.Equals(["a", "c"]));
        Assert.False(two.Equals(null));
        Assert.False(two.Equals("a"));
        Assert.Equal(two.GetHashCode(), turned.GetHashCode());
        Assert.True(two.Contains("b"));
        Assert.False(one.Contains("b"));
    }

    [Fact]
    public void Texts_join_to_all_of_them_and_beyond_six_to_their_common_head()
    {
        Assert.True(Value.JoinTexts(["a"], ["b"]).Equals(["a", "b"]));
        Assert.True(Value.JoinTexts([], []).IsEmpty);
        Assert.True(Value.JoinTexts(["a"], []).Equals(["a", Hole]));
        Assert.True(Value.JoinTexts([], ["a"]).Contains(Hole));
        Assert.True(Value.JoinTexts(["x1", "x2", "x3"], ["x4", "x5", "x6"]).Equals(["x1", "x2", "x3", "x4", "x5", "x6"]));
        Assert.True(Value.JoinTexts(["x1", "x2", "x3"], ["x4", "x5", "x6", "x7"]).Equals(["x" + Rest]));
    }

    [Fact]
    public void Each_tail_follows_each_head()
    {
        Assert.True(Value.Concat([], []).IsEmpty);
        Assert.True(Value.Concat(["a"], []).Equals(["a" + Hole]));
        Assert.True(Value.Concat([], ["a"]).Equals([Hole + "a"]));
        Assert.True(Value.Concat(["a", "b"], ["1", "2", "3"]).Equals(["a1", "a2", "a3", "b1", "b2", "b3"]));
        Assert.True(Value.Concat(["xa", "xb"], ["1", "2", "3", "4"]).Equals(["x" + Rest]));
        Assert.True(Value.Concat(["x"], ["1", "2", "3", "4", "5", "6", "7"]).Equals(["x" + Rest]));
        Assert.True(Value.Concat(["a", "a" + Rest], ["", ""]).Equals(["a", "a" + Rest]));
    }

    [Fact]
    public void Objects_join_to_all_of_them_and_beyond_four_to_none()
    {
        object[] objects = [new(), new(), new(), new(), new()];
        var four = objects.Take(4).Select(Value.OfObject).Aggregate(Value.Join);
        Assert.Equal(4, four.Objects.Count);
        Assert.Null(four.Object);
        Assert.Same(objects[0], Value.OfObject(objects[0]).Object);
        Assert.True(Value.Join(four, Value.OfObject(objects[4])).Objects.IsEmpty);
        Assert.Same(four, Value.Join(four, four));
    }

    [Fact]
    public void A_null_on_one_path_stays_possible()
    {
        var text = Value.OfText("a");
        Assert.False(text.MayBeNull);
        Assert.True(Value.Join(text, Value.Null).MayBeNull);
        Assert.True(Value.Join(Value.Null, text).MayBeNull);
        Assert.False(Value.Join(text, Value.OfText("b")).MayBeNull);
        Assert.True(Value.Join(Value.Unknown, text).Texts.Contains(Hole));
        Assert.True(Value.Null.WithTexts(["a"]).MayBeNull);
        Assert.False(Value.Null.Equals(Value.Unknown));
    }

    [Fact]
    public void Values_are_equal_where_all_that_is_known_is()
    {
        var identity = new object();
        var callback = new ParameterCallback(1);
        Assert.True(Value.OfText("a").Equals(Value.OfText("a")));
        Assert.False(Value.OfText("a").Equals(Value.OfText("b")));
        Assert.False(Value.OfText("a").Equals(null));
        Assert.False(Value.OfText("a").Equals((object)"a"));
        Assert.False(Value.OfObject(identity).Equals(Value.OfObject(new object())));
        Assert.False(Value.OfObject(identity).Equals(Value.OfObject(identity).WithTexts(["a"])));
        Assert.False(Value.OfCallback(callback).Equals(Value.OfCallback(new ParameterCallback(2))));
        Assert.True(Value.OfCallback(callback).Equals((object)Value.OfCallback(new ParameterCallback(1))));
        Assert.Equal(Value.OfText("a").GetHashCode(), Value.OfText("b").GetHashCode());
        Assert.Same(Value.Unknown, Value.Unknown.WithCallbacksOf(Value.OfText("a")).WithCallbacksOf(Value.Unknown));
        var gathered = Value.Unknown.WithCallbacksOf(Value.OfCallback(callback)).WithCallbacksOf(Value.OfText("a"));
        Assert.Single(gathered.WithCallbacksOf(Value.OfCallback(callback)).Callbacks);
        Assert.Equal(2, gathered.WithCallbacksOf(Value.OfCallback(new ParameterCallback(2))).Callbacks.Count);
        Assert.Equal(2, Value.Join(Value.OfCallback(callback), Value.OfCallback(new ParameterCallback(2))).Callbacks.Count);
    }

    [Fact]
    public void Of_a_tracked_object_only_what_both_paths_know_is_left()
    {
        var transaction = new object();
        var connection = new object();
        var all = new TrackedObject
        {
            Texts = ["a"],
            IsProcedure = true,
            InTransaction = true,
            Transaction = transaction,
            Connection = connection,
            IsClosed = true,
            HasTransaction = true,
            OpenedOutsideScope = true,
            OnPrimary = true,
            IsTransaction = true,
            IsScope = true,
        };
        Assert.Same(all, TrackedObject.Join(all, all));
        Assert.Equal(all, TrackedObject.Join(all, all with { }));
        foreach (var joined in new[] { TrackedObject.Join(all, TrackedObject.Default), TrackedObject.Join(TrackedObject.Default, all) })
        {
            Assert.Equal(TrackedObject.Default with { OpenedOutsideScope = true, Texts = joined.Texts }, joined);
            Assert.True(joined.Texts.Contains(Hole));
        }

        Assert.Null(TrackedObject.Join(all, all with { Transaction = new object() }).Transaction);
        Assert.Null(TrackedObject.Join(all, all with { Connection = new object() }).Connection);
    }

    [Fact]
    public void Of_a_path_what_either_may_have_done_is_left_and_what_both_know()
    {
        var session = new OpenSession(new object(), OnPrimary: true, SeesWrites: true);
        var key = new object();
        var a = FlowState.Start with
        {
            MostReads = 2,
            Scopes = 2,
            Session = session,
            Ran = 1,
            Values = FlowState.Start.Values.SetItem(key, Value.OfText("a")),
            Objects = FlowState.Start.Objects.SetItem(key, TrackedObject.Default with { OnPrimary = true }),
        };
        var b = FlowState.Start with
        {
            MostReads = 3,
            Scopes = 1,
            Ran = 2,
            Values = FlowState.Start.Values.SetItem(key, Value.OfText("b")),
            Objects = FlowState.Start.Objects.SetItem(key, TrackedObject.Default),
        };
        Assert.Same(b, FlowState.Join(null, b));
        Assert.Same(b, FlowState.Join(b, b));
        foreach (var joined in new[] { FlowState.Join(a, b), FlowState.Join(b, a) })
        {
            Assert.Equal((3, 1, null), (joined.MostReads, joined.Scopes, joined.Session));
            Assert.Equal(3ul, joined.Ran);
            Assert.True(joined.Values.TryGetValue(key, out var value));
            Assert.Equal(2, value.Texts.Count);
            Assert.False(joined[key].OnPrimary);
        }

        Assert.Equal(session, FlowState.Join(a, b with { Session = session with { } }).Session);
        Assert.Null(FlowState.Join(a, b with { Session = session with { SeesWrites = false } }).Session);

        // A key that only one path knows is an object that only this path has made.
        Assert.True(FlowState.Join(a, FlowState.Start)[key].OnPrimary);
        Assert.True(FlowState.Join(FlowState.Start, a)[key].OnPrimary);
        Assert.Equal(TrackedObject.Default, FlowState.Start[key]);
    }

    [Fact]
    public void Paths_are_equal_where_all_that_is_known_of_them_is()
    {
        var key = new object();
        var a = FlowState.Start with
        {
            Values = FlowState.Start.Values.SetItem(key, Value.OfText("a")),
            Objects = FlowState.Start.Objects.SetItem(key, TrackedObject.Default with { OnPrimary = true }),
        };
        FlowState[] others =
        [
            a with
            {
                MostReads = 1,
            },
            a with
            {
                Scopes = 1,
            },
            a with
            {
                Session = new OpenSession(key, OnPrimary: false, SeesWrites: false),
            },
            a with
            {
                Ran = 1,
            },
            a with
            {
                Values = a.Values.SetItem(new object(), Value.OfText("a")),
            },
            a with
            {
                Values = a.Values.SetItem(key, Value.OfText("b")),
            },
            a with
            {
                Values = FlowState.Start.Values,
            },
            a with
            {
                Values = FlowState.Start.Values.SetItem(new object(), Value.OfText("a")),
            },
            a with
            {
                Objects = a.Objects.SetItem(key, TrackedObject.Default),
            },
        ];
        Assert.All(others, other => Assert.False(a.Equals(other)));
        Assert.All(others, other => Assert.False(other.Equals(a)));
        Assert.False(a.Equals(null));
        Assert.True(
            a.Equals(
                a with
                {
                    Values = FlowState.Start.Values.SetItem(key, Value.OfText("a")),
                    Objects = FlowState.Start.Objects.SetItem(key, TrackedObject.Default with { OnPrimary = true }),
                }
            )
        );
    }
}
