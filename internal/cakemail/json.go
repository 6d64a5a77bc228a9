package cakemail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// readObject reads a JSON object. Its errors do not quote the object.
func readObject(body []byte, into any) error {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return errors.New("the answer is not a JSON object")
	}
	return describeJSON(json.Unmarshal(body, into))
}

// describeJSON names the place of a JSON error without quoting the answer, which may hold a secret.
func describeJSON(err error) error {
	if err == nil {
		return nil
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// The name of the embedded struct is not in the JSON.
		wrongType.Field = strings.Replace(wrongType.Field, "Settings.", "", 1)
		found := "the answer has the wrong type, " + strings.SplitN(wrongType.Value, " ", 2)[0]
		if wrongType.Field == "" {
			return errors.New(found)
		}
		return fmt.Errorf("%s in %s", wrongType.Field, found)
	}
	if errors.Is(err, errWrongID) {
		return err
	}
	return errors.New("the answer is not complete JSON")
}

var errWrongID = errors.New("the answer has an id that is neither a string nor a whole number")

// wireID is an id in JSON: a string, or an integer in older documents.
type wireID string

// UnmarshalJSON implements [json.Unmarshaler].
func (id *wireID) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*id = wireID(text)
		return nil
	}
	if bytes.ContainsFunc(raw, func(r rune) bool { return r < '0' || r > '9' }) {
		return errWrongID
	}
	*id = wireID(raw)
	return nil
}

// wireNumber is a whole number, which some services write as a string or with a fraction of zero. It is nil
// if missing or unreadable.
type wireNumber struct {
	whole *int64
	err   error
}

// UnmarshalJSON implements [json.Unmarshaler]. It returns no error, since that would end the reading of the answer.
func (n *wireNumber) UnmarshalJSON(raw []byte) error {
	var whole *int64
	n.err = json.Unmarshal(raw, &whole)
	number, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if n.err != nil && err == nil && number == math.Trunc(number) && math.Abs(number) < math.MaxInt64 {
		whole, n.err = new(int64(number)), nil
	}
	if n.err == nil {
		n.whole = whole
	}
	return nil
}

// wireTruth is true or false, which some services write as a string, or as 1 and 0.
type wireTruth struct {
	told *bool
	err  error
}

// UnmarshalJSON implements [json.Unmarshaler]. It returns no error, as with [wireNumber].
func (t *wireTruth) UnmarshalJSON(raw []byte) error {
	var told bool
	if told, t.err = strconv.ParseBool(strings.Trim(string(raw), `"`)); t.err == nil {
		t.told = &told
	}
	if bytes.Equal(raw, []byte("null")) {
		t.err = nil
	}
	return nil
}
