using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// What the validation of a value found: faults with paths relative to where it began, and how many checks were made,
/// which picks the alternative of an <c>anyOf</c> or <c>oneOf</c> that came closest. After a thousand faults it is enough.
/// </summary>
internal sealed class ValueFaults
{
    // Nobody mends more at a time, and each costs a path.
    private const int MostErrors = 1000;

    private readonly List<FieldError> _errors = [];

    /// <summary>Gets the faults.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>Gets whether nothing is wrong.</summary>
    public bool IsValid => _errors.Count == 0;

    /// <summary>Gets or sets how many checks were made.</summary>
    public int Matches { get; set; }

    /// <summary>Adds a fault, unless the same one is there already.</summary>
    /// <param name="reason">The kind of fault.</param>
    /// <param name="path">The relative path.</param>
    /// <param name="value">The value at fault.</param>
    /// <param name="detail">What is wrong.</param>
    public void Add(string reason, FieldPath path, object? value, string detail)
    {
        if (_errors.Count < MostErrors)
        {
            Add(new FieldError(reason, path.Text ?? "", value, detail));
        }
    }

    /// <summary>Takes over what another validation found.</summary>
    /// <param name="other">The other's findings.</param>
    public void Merge(ValueFaults other)
    {
        foreach (var error in other._errors)
        {
            Add(error);
        }

        Matches += other.Matches;
    }

    private void Add(FieldError error)
    {
        if (_errors.Count >= MostErrors)
        {
            return;
        }

        foreach (var known in _errors)
        {
            if (known.Reason == error.Reason && known.Field == error.Field && known.Detail == error.Detail)
            {
                return;
            }
        }

        _errors.Add(error);
    }
}
