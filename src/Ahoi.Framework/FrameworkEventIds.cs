namespace Ahoi.Framework;

/// <summary>The ids of everything the framework logs; a number is never used again for something else.</summary>
internal static class FrameworkEventIds
{
    // Informers: 100 to 199.
    public const int InformerListed = 100;
    public const int InformerExpired = 101;
    public const int InformerCut = 102;
    public const int InformerUnreadable = 103;
    public const int InformerFailed = 104;

    // Controllers: 200 to 299.
    public const int ReconcileDone = 200;
    public const int ReconcileFailed = 201;
    public const int ObjectUnfit = 202;
    public const int KindUndeclared = 203;
    public const int PruneRefused = 204;
    public const int ChildWritten = 205;
    public const int ChildDeleted = 206;
    public const int EventFailed = 208;
    public const int FightFound = 209;
    public const int ControllerWaiting = 210;
    public const int ControllerStarted = 211;
    public const int FailureNotReported = 212;
    public const int ReconcileFailedByServer = 213;
    public const int WouldWrite = 214;
    public const int ReconcileBegins = 215;
    public const int ReconcileOvertaken = 216;
    public const int ConnectionNotClosed = 217;
    public const int KindAbsent = 218;

    // Hosting: 300 to 399.
    public const int OperatorStarted = 300;
    public const int OperatorStopped = 301;
    public const int DefinitionApplied = 302;
    public const int DefinitionFailed = 303;
    public const int DrainTimedOut = 304;
    public const int ManifestApplied = 305;
    public const int ManifestFailed = 306;

    // Leadership: 400 to 499.
    public const int LeadershipBegan = 400;
    public const int LeadershipEnded = 401;
    public const int LeaseNotTaken = 402;
    public const int LeaseNotReleased = 403;

    // Scheduling: 500 to 599.
    public const int SchedulerStarted = 500;
    public const int SchedulerWaiting = 501;
    public const int PodPlaced = 502;
    public const int PodUnschedulable = 503;
    public const int PodPlacementFailed = 504;
    public const int PodReportFailed = 505;
    public const int SchedulingObjectUnreadable = 506;
    public const int WorkFailed = 507;

    // Periodic tasks: 600 to 699.
    public const int TaskFailed = 600;
    public const int TaskSkipped = 601;
    public const int TaskEnded = 602;
}
