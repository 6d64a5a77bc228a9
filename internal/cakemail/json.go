package cakemail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// readObject reads a JSON object into a value. Its errors quote nothing of it.
func readObject(body []byte, into any) error {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return errors.New("the answer is not a JSON object")
	}
	return describeJSON(json.Unmarshal(body, into))
}

// describeJSON names the place of a JSON error without quoting the answer,
// which may hold a secret.
func describeJSON(err error) error {
	if err == nil {
		return nil
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// The name of the embedded struct is none of JSON's.
		wrongType.Field = strings.Replace(wrongType.Field, "Settings.", "", 1)
		found := "of the type " + strings.SplitN(wrongType.Value, " ", 2)[0]
		if wrongType.Field == "" {
			return errors.New("the answer is a value " + found + " where webhooks belong")
		}
		return fmt.Errorf("the answer has a value %s where %q needs another type", found, wrongType.Field)
	}
	if errors.Is(err, errWrongID) {
		return err
	}
	return errors.New("the answer is not complete JSON")
}
