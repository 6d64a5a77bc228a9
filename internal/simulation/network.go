package simulation

import (
	"context"
	"errors"
	"net"
	"sync"
)

var errClosed = errors.New("nobody is there")

// network connects clients and an API with pipes, so that no call leaves virtual time. It is the API's [net.Listener].
type network struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    sync.Once
}

func newNetwork() *network {
	return &network{accepted: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements [net.Listener].
func (n *network) Accept() (net.Conn, error) {
	select {
	case connection := <-n.accepted:
		return connection, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (n *network) Close() error {
	n.close.Do(func() { close(n.closed) })
	return nil
}

// Addr implements [net.Listener]; it is a host that can be in a URL.
func (n *network) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "localhost" }

// line is the connection of one process to the network, which ends with the process.
type line struct {
	network *network
	mu      sync.Mutex
	dead    bool
	open    []net.Conn
}

// dial is the dialer of a client; nothing answers once the process is dead.
func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	l.mu.Lock()
	if l.dead {
		l.mu.Unlock()
		return nil, errClosed
	}
	l.open = append(l.open, near)
	l.mu.Unlock()
	select {
	case l.network.accepted <- far:
		return near, nil
	case <-l.network.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// cut ends all connections, and allows no new ones.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
	for _, connection := range l.open {
		_ = connection.Close()
	}
}
