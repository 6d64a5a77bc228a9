package simulation

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// Weather is what happens to the calls of a history, and what other people do meanwhile.
type Weather struct {
	Form cakemailtest.Form
	// PageSize caps the pages of the reference's list; 0 means no cap.
	PageSize int
	// Uncounted lists tell neither the count nor the page size.
	Uncounted bool
	// Password logs in instead of using the long-lived token.
	Password bool
	// TokenLifetime is how long a token from a login is valid.
	TokenLifetime time.Duration
	// Jitter is the part of each random wait that is used, from 0 to 1.
	Jitter float64
	// Latency is the shortest duration of a call.
	Latency time.Duration
	// Habits are the API's own ways with values and answers.
	Habits []Habit
	// Seed is the seed of ids and secrets.
	Seed uint64
	// Logged makes the provider log at TRACE, which takes most of its time.
	Logged bool

	Blows  []Blow
	Spells []Spell
	// ListLags and ShowLags are the lags of the replicas that answer successive lists and shows.
	ListLags, ShowLags []time.Duration
	Acts               []Act
}

// Habit is something that the API does in its own way.
type Habit string

// The habits.
const (
	AddsSlash       Habit = "adds a slash to each url"
	LimitsRates     Habit = "makes 15 of each higher rate limit"
	LowersEvents    Habit = "writes events in small letters"
	BornArchived    Habit = "archives new webhooks"
	NumbersAsText   Habit = "writes numbers as text"
	OldAnswers      Habit = "answers a change with the old values"
	MasksSecrets    Habit = "shows stars for secrets"
	RefusesArchived Habit = "changes no archived webhook"
	NullLists       Habit = "shows null for no webhooks"
	AnswersTasks    Habit = "answers a create with the number of a task"
	UnknownStatus   Habit = "calls active webhooks sleepy"
)

// Habits are all habits.
var Habits = []Habit{
	AddsSlash, LimitsRates, LowersEvents, BornArchived, NumbersAsText, OldAnswers, MasksSecrets, RefusesArchived, NullLists, AnswersTasks, UnknownStatus,
}

// Has reports whether the API has the habit.
func (w Weather) Has(habit Habit) bool { return slices.Contains(w.Habits, habit) }

// IsStubborn reports whether the API may never hold what is requested.
func (w Weather) IsStubborn() bool { return w.Has(AddsSlash) || w.Has(LimitsRates) }

// IsReplacing reports whether each apply may replace a webhook that differs from the request.
func (w Weather) IsReplacing() bool { return w.IsStubborn() && w.Form == cakemailtest.Guide }

// IsFaultless reports whether nothing may fail: every call gets a true answer, if perhaps from a replica, a create gets its
// webhook, and other people do nothing but end tokens once.
func (w Weather) IsFaultless() bool {
	return !w.IsStubborn() && !w.Has(AnswersTasks) && len(w.Blows)+len(w.Spells) == 0 && len(w.Acts) <= 1 &&
		!slices.ContainsFunc(w.Acts, func(act Act) bool { return act.Deed != EndsTokens })
}

// IsQuiet reports whether, besides, no replica lags and no token ends: then every call is needed.
func (w Weather) IsQuiet() bool {
	return w.IsFaultless() && len(w.Habits)+len(w.Acts)+len(w.ListLags)+len(w.ShowLags) == 0 && (w.TokenLifetime == 0 || !w.Password)
}

// Blow is a fault of single calls.
type Blow struct {
	Operation cakemailtest.Operation
	// From is the number of the first call that it hits, Times how many it hits.
	From, Times int
	Fault       Fault
}

// Spell is a fault of all calls for a while.
type Spell struct {
	// Operation "" means all.
	Operation cakemailtest.Operation
	Start     time.Duration
	Length    time.Duration
	Fault     Fault
}

// Fault is the name of one way in which a call goes wrong.
type Fault string

// The faults. The API carries out only those calls that the fault calls processed.
const (
	CutBefore      Fault = "cut before it was processed"
	CutAfter       Fault = "cut after it was processed"
	TooMany        Fault = "429"
	TooManyWait    Fault = "429, with Retry-After"
	Status408      Fault = "408"
	Status500      Fault = "500"
	Status502      Fault = "502"
	Status503      Fault = "503"
	Status504      Fault = "504"
	Processed408   Fault = "408, processed"
	Processed500   Fault = "500, processed"
	Processed502   Fault = "502, processed"
	Processed503   Fault = "503, processed"
	Processed504   Fault = "504, processed"
	LateAnswer     Fault = "answered after 40 s, processed at once"
	LateProcessing Fault = "processed and answered after 40 s"
	Ghost          Fault = "504, processed 9 s later"
	Truncated      Fault = "half an answer, processed"
	Page           Fault = "200 with a page of HTML, processed"
	Forbidden      Fault = "403"
	Unauthorized   Fault = "401"
	NotFound       Fault = "404"
	Echo           Fault = "502, which repeats what was sent, and the secret"
)

// Faults are all faults.
var Faults = []Fault{
	CutBefore, CutAfter, TooMany, TooManyWait, Status408, Status500, Status502, Status503, Status504,
	Processed408, Processed500, Processed502, Processed503, Processed504, LateAnswer, LateProcessing, Ghost, Truncated, Page,
	Forbidden, Unauthorized, NotFound, Echo,
}

func (f Fault) made() cakemailtest.Fault {
	statuses := map[Fault]int{
		TooMany: 429, TooManyWait: 429, Status408: 408, Status500: 500, Status502: 502, Status503: 503, Status504: 504,
		Processed408: 408, Processed500: 500, Processed502: 502, Processed503: 503, Processed504: 504,
		Ghost: 504, Forbidden: 403, Unauthorized: 401, NotFound: 404, Echo: 502,
	}
	made := cakemailtest.Fault{Status: statuses[f]}
	switch f {
	case CutBefore:
		made.Cut = true
	case CutAfter:
		made.Cut, made.Processed = true, true
	case TooManyWait:
		made.Header = http.Header{"Retry-After": {"3"}}
	case Processed408, Processed500, Processed502, Processed503, Processed504:
		made.Processed = true
	case LateAnswer:
		made.Delay, made.Processed = 40*time.Second, true
	case LateProcessing:
		made.Delay = 40 * time.Second
	case Ghost:
		made.Later = 9 * time.Second
	case Truncated:
		made.Processed, made.Rewrite = true, func(body []byte) []byte { return body[:len(body)/2] }
	case Page:
		made.Processed, made.Status, made.Body, made.ContentType = true, http.StatusOK, "<html>", "text/html"
	}
	return made
}

// Act is a deed of somebody else just before a call, or at a time.
type Act struct {
	// BeforeCall is the number of the call, or 0 for an act at a time.
	BeforeCall int
	At         time.Duration
	Deed       Deed
	// Target is the number of the webhook, modulo their count.
	Target int
}

func (a Act) String() string { return fmt.Sprintf("%s of webhook %d", a.Deed, a.Target) }

// Deed is what somebody else does.
type Deed string

// The deeds.
const (
	Archives    Deed = "archives"
	Unarchives  Deed = "unarchives"
	ChangesURL  Deed = "changes the url"
	ChangesRate Deed = "changes the rate limit"
	Rotates     Deed = "rotates the secret"
	MakesEqual  Deed = "makes an equal one"
	MakesOther  Deed = "makes another one"
	EndsTokens  Deed = "ends all tokens"
)

// Deeds are all deeds.
var Deeds = []Deed{Archives, Unarchives, ChangesURL, ChangesRate, Rotates, MakesEqual, MakesOther, EndsTokens}
