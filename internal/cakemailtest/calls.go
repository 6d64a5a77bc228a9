package cakemailtest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Operation names one call of the API in the log.
type Operation string

// The operations.
const (
	Create    Operation = "create"
	Show      Operation = "show"
	List      Operation = "list"
	Update    Operation = "update"
	Archive   Operation = "archive"
	Unarchive Operation = "unarchive"
	Token     Operation = "token"
	Unknown   Operation = "unknown"
)

// Call is one request that the API got.
type Call struct {
	Operation Operation
	Method    string
	Path      string
	RawQuery  string
	Header    http.Header
	Body      []byte
	// AccountID is the account_id in the query, or 0.
	AccountID int64
	// Status is the answer's status; 0 before the answer, or if the connection was cut.
	Status  int
	Started time.Time
	Faulted bool
}

// record logs the call when it arrives.
func (s *Server) record(request *http.Request, body []byte) *Call {
	account, _ := strconv.ParseInt(request.URL.Query().Get("account_id"), 10, 64)
	call := &Call{
		Operation: operationOf(request),
		Method:    request.Method,
		Path:      request.URL.EscapedPath(),
		RawQuery:  request.URL.RawQuery,
		Header:    request.Header.Clone(),
		Body:      body,
		AccountID: account,
		Started:   time.Now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.withoutCalls {
		s.calls = append(s.calls, call)
	}
	return call
}

func operationOf(request *http.Request) Operation {
	segments := strings.Split(strings.Trim(request.URL.EscapedPath(), "/"), "/")
	switch key := request.Method + " " + segments[0]; {
	case key == "POST token" && len(segments) == 1:
		return Token
	case segments[0] != "webhooks":
		return Unknown
	case len(segments) == 1:
		return map[string]Operation{http.MethodPost: Create, http.MethodGet: List}[request.Method].orUnknown()
	case len(segments) == 2:
		return map[string]Operation{http.MethodGet: Show, http.MethodPatch: Update}[request.Method].orUnknown()
	case len(segments) == 3 && request.Method == http.MethodPost:
		return map[string]Operation{"archive": Archive, "unarchive": Unarchive}[segments[2]].orUnknown()
	default:
		return Unknown
	}
}

func (o Operation) orUnknown() Operation {
	if o == "" {
		return Unknown
	}
	return o
}

// Calls returns the log since the start or the last [Server.ResetCalls].
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, 0, len(s.calls))
	for _, call := range s.calls {
		calls = append(calls, *call)
	}
	return calls
}

// Count returns the number of calls of the operation in the log.
func (s *Server) Count(operation Operation) int { return s.Counts()[operation] }

// Counts returns the number of calls by operation, without zeros.
func (s *Server) Counts() map[Operation]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[Operation]int{}
	for _, call := range s.calls {
		counts[call.Operation]++
	}
	return counts
}

// ResetCalls empties the log.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}
