package cakemailtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// answer is the answer to a call.
type answer struct {
	status      int
	header      http.Header
	contentType string
	body        []byte
	drip        time.Duration
}

func reply(status int, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("cakemailtest: encoding an answer: %v", err))
	}
	return answer{status: status, body: body}
}

// object is a JSON object.
type object = map[string]any

// failure has a string as detail, as FastAPI's own answers do.
func failure(status int, detail string) answer { return reply(status, object{"detail": detail}) }

// refusal is the list form of the error envelope, for one field.
func refusal(status int, kind, message string, location ...any) answer {
	entry := object{"msg": message, "type": kind}
	if len(location) > 0 {
		entry["loc"] = location
	}
	return reply(status, object{"detail": []any{entry}})
}

func invalid(message, kind string, location ...any) *answer {
	made := refusal(http.StatusUnprocessableEntity, kind, message, location...)
	return &made
}

// answer carries out the request on the API as it was a lag ago.
func (s *Server) answer(call *Call, request *http.Request, lag time.Duration) answer {
	if call.Operation == Token {
		return s.token(call)
	}
	if call.Operation == Unknown {
		return unknownPath(request)
	}
	account, refused := s.authorize(request)
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.form == Guide {
		return s.guide(call.Operation, view{account: account, lag: lag}, request, call.Body)
	}
	return s.reference(call.Operation, view{account: account, lag: lag}, request, call.Body)
}

func unknownPath(request *http.Request) answer {
	switch path := request.URL.Path; {
	case path == "/token", path == "/webhooks", len(path) > len("/webhooks/") && path[:len("/webhooks/")] == "/webhooks/":
		return failure(http.StatusMethodNotAllowed, "Method Not Allowed")
	default:
		return failure(http.StatusNotFound, "Not Found")
	}
}

// finish writes the answer and completes the log.
func (s *Server) finish(call *Call, writer http.ResponseWriter, given answer) {
	s.mu.Lock()
	call.Status = given.status
	number := len(s.calls)
	s.mu.Unlock()
	s.report(*call)

	header := writer.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Request-Id", fmt.Sprintf("request-%06d", number))
	if given.contentType != "" {
		header.Set("Content-Type", given.contentType)
	}
	maps.Copy(header, given.header)
	header.Set("Content-Length", strconv.Itoa(len(given.body)))
	writer.WriteHeader(given.status)
	if given.drip <= 0 {
		_, _ = writer.Write(given.body)
		return
	}
	controller := http.NewResponseController(writer)
	for _, char := range given.body {
		if _, err := writer.Write([]byte{char}); err != nil || controller.Flush() != nil {
			return
		}
		s.wait(given.drip)
	}
}
