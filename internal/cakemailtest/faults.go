package cakemailtest

import (
	"net/http"
	"time"
)

// Fault is one misbehaviour, set with [Server.SetFaults]. It may be changed while the server runs. The zero value does
// nothing.
type Fault struct {
	// Operation is the affected call; "" means all but the token call.
	Operation Operation
	// Every affects each nth matching request; 0 and 1 mean all.
	Every int
	// Times limits how often it happens; 0 means no limit.
	Times int
	// PerSecond answers 429 with Retry-After: 1 to matching requests above this number in a second.
	PerSecond int
	// Processed makes the API carry out the request before it misbehaves.
	Processed bool
	// Delay is waited after carrying out if Processed, else before. Without other fields, the normal answer follows, even
	// if the client has gone.
	Delay time.Duration
	// Later carries out the request this long after the answer.
	Later time.Duration
	// Lag answers from a replica that is this far behind: it does not know newer webhooks, and shows changed ones as
	// they were.
	Lag time.Duration
	// Cut closes the connection without an answer.
	Cut bool
	// Status, Header, Body and ContentType replace the answer's. Body alone keeps the normal status. ContentType is
	// application/json by default.
	Status      int
	Header      http.Header
	Body        string
	ContentType string
	// Drip writes the answer one byte at a time with this pause.
	Drip time.Duration
	// Rewrite changes the body of the normal answer.
	Rewrite func(body []byte) []byte
}

// Faults to meet the provider's promises with.
var (
	// LostCreate carries out the first create, and loses its answer.
	LostCreate = Fault{Operation: Create, Times: 1, Processed: true, Cut: true}
	// LaggingList lists the webhooks of three seconds ago.
	LaggingList = Fault{Operation: List, Lag: 3 * time.Second}
	// RateLimited answers every third call with 429.
	RateLimited = Fault{Every: 3, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}}
)

// replaces reports whether the normal answer is not needed at all.
func (f Fault) replaces() bool { return f.Cut || f.Status != 0 || f.PerSecond > 0 }

type activeFault struct {
	Fault
	seen, happened int
	window         time.Time
	inWindow       int
}

// SetFaults replaces all faults; without arguments, there are none.
func (s *Server) SetFaults(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	for _, fault := range faults {
		s.faults = append(s.faults, &activeFault{Fault: fault})
	}
}

// faultFor returns the first fault for the call, or nil.
func (s *Server) faultFor(call *Call) *Fault {
	if met := s.activeFaultFor(call.Operation); met != nil {
		return &met.Fault
	}
	return s.drawn(*call)
}

// activeFaultFor counts the call for every fault, even if another fault happens.
func (s *Server) activeFaultFor(operation Operation) *activeFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var met *activeFault
	for _, fault := range s.faults {
		if fault.Operation != operation && (fault.Operation != "" || operation == Token) {
			continue
		}
		if fault.due(time.Now()) && met == nil {
			fault.happened++
			met = fault
		}
	}
	return met
}

func (f *activeFault) due(now time.Time) bool {
	f.seen++
	if f.Times > 0 && f.happened >= f.Times {
		return false
	}
	if f.PerSecond > 0 {
		if now.Sub(f.window) >= time.Second {
			f.window, f.inWindow = now, 0
		}
		f.inWindow++
		return f.inWindow > f.PerSecond
	}
	return f.Every <= 1 || f.seen%f.Every == 0
}

// misbehave answers as the fault says.
func (s *Server) misbehave(call *Call, writer http.ResponseWriter, fault Fault, normal answer) {
	if fault.Cut {
		s.report(*call)
		panic(http.ErrAbortHandler)
	}
	if fault.PerSecond > 0 {
		normal = failure(http.StatusTooManyRequests, "Too Many Requests")
		normal.header = http.Header{"Retry-After": {"1"}}
	}
	if fault.Status != 0 {
		normal = failure(fault.Status, http.StatusText(fault.Status))
	}
	if fault.Body != "" {
		normal.body = []byte(fault.Body)
	}
	if fault.Rewrite != nil {
		normal.body = fault.Rewrite(normal.body)
	}
	for key, values := range fault.Header {
		if normal.header == nil {
			normal.header = http.Header{}
		}
		normal.header[key] = values
	}
	if fault.ContentType != "" {
		normal.contentType = fault.ContentType
	}
	normal.drip = fault.Drip
	s.finish(call, writer, normal)
}
