package cakemailtest

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// newSecret returns a value that needs escaping in URLs, as real ones can.
func (s *Server) newSecret() string {
	raw := make([]byte, 32)
	_, _ = io.ReadFull(s.random, raw)
	return base64.StdEncoding.EncodeToString(raw)
}

// issue makes a secret value and remembers it for [Server.Issued].
func (s *Server) issue() string {
	value := s.newSecret()
	s.issued = append(s.issued, value)
	return value
}

func unauthorized(status int, message string) answer {
	kind := "unauthorized"
	if status == http.StatusForbidden {
		kind = "forbidden"
	}
	return reply(status, object{"detail": []any{object{"code": 1001, "msg": message, "type": kind}}})
}

func (s *Server) token(call *Call) answer {
	if !strings.HasPrefix(call.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return *invalid("field required", "value_error.missing", "body", "grant_type")
	}
	form, err := url.ParseQuery(string(call.Body))
	if err != nil {
		return refusal(http.StatusBadRequest, "bad_request", "The form cannot be read")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch form.Get("grant_type") {
	case "password":
		return s.passwordGrant(form)
	case "refresh_token":
		return s.refreshGrant(form)
	default:
		return *invalid("value is not a valid enumeration member; permitted: 'password', 'refresh_token'", "type_error.enum", "body", "grant_type")
	}
}

func (s *Server) passwordGrant(form url.Values) answer {
	if !strings.Contains(form.Get("username"), "@") {
		return *invalid("value is not a valid email address", "value_error.email", "body", "username")
	}
	if form.Get("username") != s.email || form.Get("password") != s.password {
		return unauthorized(http.StatusUnauthorized, "Invalid credentials")
	}
	if s.challenge != 0 {
		return reply(s.challenge, object{"challenge": s.issue()})
	}
	return s.issueToken()
}

func (s *Server) refreshGrant(form url.Values) answer {
	refresh := form.Get("refresh_token")
	if s.refreshRefused || !s.refreshes[refresh] {
		return unauthorized(http.StatusUnauthorized, "Invalid refresh token")
	}
	return s.issueToken()
}

func (s *Server) issueToken() answer {
	access, refresh := s.issue(), s.issue()
	s.tokens[access] = time.Now().Add(s.tokenLifetime)
	s.refreshes[refresh] = true
	return reply(http.StatusOK, object{
		"access_token":  access,
		"token_type":    "bearer",
		"expires_in":    int(s.tokenLifetime / time.Second),
		"refresh_token": refresh,
		"accounts":      s.accounts,
	})
}

// RevokeTokens refuses every token issued so far. Refresh tokens stay valid.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// authorize returns the account that the call acts for.
func (s *Server) authorize(request *http.Request) (int64, *answer) {
	token, found := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	expiry, issued := s.tokens[token]
	s.mu.Unlock()
	accounts := s.accounts
	if isOther := found && token != "" && token == s.otherToken; isOther {
		accounts = []int64{s.otherAccount}
	} else if !found || token != s.accessToken && !(issued && time.Now().Before(expiry)) {
		refused := failure(http.StatusUnauthorized, "Not authenticated")
		return 0, &refused
	}
	query := request.URL.Query()
	if !query.Has("account_id") {
		return accounts[0], nil
	}
	account, err := strconv.ParseInt(query.Get("account_id"), 10, 64)
	if err != nil {
		return 0, invalid("value is not a valid integer", "type_error.integer", "query", "account_id")
	}
	if account < 1 {
		return 0, invalid("ensure this value is greater than or equal to 1", "value_error.number.not_ge", "query", "account_id")
	}
	if !slices.Contains(accounts, account) {
		refused := unauthorized(http.StatusForbidden, "You do not have access to this account")
		return 0, &refused
	}
	return account, nil
}
