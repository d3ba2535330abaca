using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Members of libraries that are named without being called: what they send when whoever holds the delegate runs it.</summary>
internal sealed class MethodGroups(FlowContext context, KnownValues known, CommandSender sender, QuerySender queries)
{
    /// <summary>False where the method is none of a library's.</summary>
    public bool TrySend(MethodCallback group)
    {
        var instance = (group.Operation as IMethodReferenceOperation)?.Instance;
        var target = known.Of(instance);
        if (context.Libraries.Listed.RoleOf(group.Method) is { } role)
        {
            Perform(
                group,
                new SentCommand
                {
                    Texts = role == ListedRole.Write ? CallEffect.Write : CallEffect.Read,
                    ForRows = role != ListedRole.Write,
                    OnPrimary = role == ListedRole.Primary,
                }
            );
            return true;
        }

        if (context.Libraries.Describe(group.Method) is not { } member)
        {
            return false;
        }

        switch (member.Role)
        {
            case DataRole.SendsForRows or DataRole.SendsForCount when member.TextParameter is null:
                Perform(group, known.CommandOf(target, member.Role == DataRole.SendsForRows));
                break;
            case DataRole.SendsForRows or DataRole.SendsForCount:
                Perform(
                    group,
                    new SentCommand
                    {
                        ForRows = member.Role == DataRole.SendsForRows,
                        Connection = target.Object,
                        OnPrimary = known.IsPrimary(target),
                    }
                );
                break;
            case DataRole.Reads:
                queries.Send(group.Operation, group.Method.Name, target);
                break;
            case DataRole.ReadsQuery
                when target.Query is not null || (instance is not null && QueryShapes.IsQuery(instance, context.Types)):
                queries.Send(group.Operation, group.Method.Name, target);
                break;
            case DataRole.Writes:
                Perform(
                    group,
                    new SentCommand
                    {
                        Texts = CallEffect.Write,
                        Connection = target.Object,
                        OnPrimary = known.IsPrimary(target),
                        OpensPerCommand = true,
                    }
                );
                break;
        }

        return true;
    }

    private void Perform(MethodCallback group, SentCommand command) =>
        sender.Perform(new Site(group.Operation, group.Method.Name, ThroughCall: false), command);
}
